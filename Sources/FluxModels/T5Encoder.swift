public import Tensors
public import Weights

/// The text encoder whose token states join the picture's tokens in attention (Raffel et al. 2020, arXiv 1910.10683, version 1.1).
///
/// Padding takes part in attention, and no scores are scaled: both are what FLUX was trained with.
public struct T5Encoder: Sendable {
    public let configuration: T5Configuration
    let weights: WeightStore

    public init(_ configuration: T5Configuration, weights: WeightStore) {
        self.configuration = configuration
        self.weights = weights
    }

    /// The tied embedding is stored under either name, or under both.
    public static func checkpointNames(_ name: String) -> [String] {
        name == "shared.weight" ? ["shared.weight", "encoder.embed_tokens.weight"] : [name]
    }

    public static func units(_ c: T5Configuration) -> [WeightUnit] {
        [
            WeightUnit("embedding", isTable: true) { p in _ = try p("shared.weight", c.vocabSize, c.dModel) },
            WeightUnit("position") { p in _ = try T5RelativeBias(p, c) },
        ]
            + (0..<c.numLayers).map { i in WeightUnit("block.\(i)") { p in _ = try T5Block(p, c, i) } }
            + [WeightUnit("final") { p in _ = try RMSNorm(p, "encoder.final_layer_norm", c.dModel, epsilon: c.layerNormEpsilon) }]
    }

    /// Token states `[tokens, dModel]`.
    public func callAsFunction(_ ids: [Int32], _ pass: ForwardPass) throws -> Tensor {
        let c = configuration
        try pass.enter(.t5Block, 0, of: c.numLayers, .embedding)
        let hidden = try weights.withLease("embedding") { p in
            try p("shared.weight", c.vocabSize, c.dModel).embedding(of: ids, on: pass.backend)
                .converted(to: weights.computeType, on: pass.backend)
        }
        let bias = try weights.withLease("position") { try T5RelativeBias($0, c)(tokens: ids.count, pass) }
        for i in 0..<c.numLayers {
            try weights.withLease("block.\(i)") { try T5Block($0, c, i)(hidden, bias, pass) }
        }
        return try weights.withLease("final") { p in
            try RMSNorm(p, "encoder.final_layer_norm", c.dModel, epsilon: c.layerNormEpsilon)(hidden, pass)
        }
    }
}

struct T5Block {
    let attentionNorm, feedForwardNorm: RMSNorm
    let q, k, v, o: Linear
    let wi0, wi1, wo: Linear
    let heads, index, count: Int

    init(_ p: Parameters, _ c: T5Configuration, _ index: Int) throws {
        let p = p.scope("encoder.block.\(index).layer")
        attentionNorm = try RMSNorm(p, "0.layer_norm", c.dModel, epsilon: c.layerNormEpsilon)
        q = try Linear(p, "0.SelfAttention.q", from: c.dModel, to: c.attentionWidth, bias: false)
        k = try Linear(p, "0.SelfAttention.k", from: c.dModel, to: c.attentionWidth, bias: false)
        v = try Linear(p, "0.SelfAttention.v", from: c.dModel, to: c.attentionWidth, bias: false)
        o = try Linear(p, "0.SelfAttention.o", from: c.attentionWidth, to: c.dModel, bias: false)
        feedForwardNorm = try RMSNorm(p, "1.layer_norm", c.dModel, epsilon: c.layerNormEpsilon)
        wi0 = try Linear(p, "1.DenseReluDense.wi_0", from: c.dModel, to: c.dFf, bias: false)
        wi1 = try Linear(p, "1.DenseReluDense.wi_1", from: c.dModel, to: c.dFf, bias: false)
        wo = try Linear(p, "1.DenseReluDense.wo", from: c.dFf, to: c.dModel, bias: false)
        heads = c.numHeads
        self.index = index
        count = c.numLayers
    }

    /// Updates `hidden` `[tokens, dModel]` in place; bias f32 `[heads, 2·tokens − 1]`.
    func callAsFunction(_ hidden: Tensor, _ bias: Tensor, _ pass: ForwardPass) throws {
        try pass.enter(.t5Block, index, of: count, .attention)
        let x = try attentionNorm(hidden, pass)
        let query = try q(x, pass)
        let attended = try query.attention(
            key: k(x, pass), value: v(x, pass), heads: heads, scale: 1, mask: .relativeBias(bias), into: query, on: pass.backend)
        try o.add(attended, to: hidden, pass)
        try pass.enter(.t5Block, index, of: count, .feedForward)
        let y = try feedForwardNorm(hidden, pass)
        let gated = try wi0(y, pass, .geluTanh)
        try gated.multiply(by: wi1(y, pass), on: pass.backend)
        try wo.add(gated, to: hidden, pass)
    }
}
