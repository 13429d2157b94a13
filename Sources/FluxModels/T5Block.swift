import Tensors
import Weights

/// One block of the text encoder (`T5Block` in the published code). Its weights are leased in three parts, the largest of 168 MB in FLUX.1.
struct T5Block {
    let configuration: T5Configuration
    let index: Int
    let weights: WeightStore

    static func units(_ c: T5Configuration, _ index: Int) -> [WeightUnit] {
        [
            WeightUnit("block.\(index).attention") { p in _ = try SelfAttention(p, c, index) },
            WeightUnit("block.\(index).in") { p in _ = try GatedInput(p, c, index) },
            WeightUnit("block.\(index).out") { p in _ = try output(p, c, index) },
        ]
    }

    /// Updates `hidden` `[tokens, dModel]` in place; bias f32 `[heads, 2·tokens − 1]`.
    func callAsFunction(_ hidden: Tensor, _ bias: Tensor, _ pass: ForwardPass) throws {
        let c = configuration
        try pass.enter(.t5Block, index, of: c.numLayers, .attention)
        try weights.withLease("block.\(index).attention") { try SelfAttention($0, c, index)(hidden, bias, pass) }
        try pass.enter(.t5Block, index, of: c.numLayers, .feedForward)
        let gated = try weights.withLease("block.\(index).in") { try GatedInput($0, c, index)(hidden, pass) }
        try weights.withLease("block.\(index).out") { try Self.output($0, c, index).add(gated, to: hidden, pass) }
    }

    private static func output(_ p: Parameters, _ c: T5Configuration, _ index: Int) throws -> Linear {
        try Linear(p, "encoder.block.\(index).layer.1.DenseReluDense.wo", from: c.dFf, to: c.dModel, bias: false)
    }

    struct SelfAttention {
        let norm: RMSNorm
        let q, k, v, o: Linear
        let heads: Int

        init(_ p: Parameters, _ c: T5Configuration, _ index: Int) throws {
            let p = p.scope("encoder.block.\(index).layer.0")
            norm = try RMSNorm(p, "layer_norm", c.dModel, epsilon: c.layerNormEpsilon)
            q = try Linear(p, "SelfAttention.q", from: c.dModel, to: c.attentionWidth, bias: false)
            k = try Linear(p, "SelfAttention.k", from: c.dModel, to: c.attentionWidth, bias: false)
            v = try Linear(p, "SelfAttention.v", from: c.dModel, to: c.attentionWidth, bias: false)
            o = try Linear(p, "SelfAttention.o", from: c.attentionWidth, to: c.dModel, bias: false)
            heads = c.numHeads
        }

        func callAsFunction(_ hidden: Tensor, _ bias: Tensor, _ pass: ForwardPass) throws {
            let x = try norm(hidden, pass)
            let query = try q(x, pass)
            let attended = try query.attention(
                key: k(x, pass), value: v(x, pass), heads: heads, scale: 1, mask: .relativeBias(bias), into: query, on: pass.backend)
            try o.add(attended, to: hidden, pass)
        }
    }

    /// The feed-forward part up to its gated values.
    struct GatedInput {
        let norm: RMSNorm
        let wi0, wi1: Linear

        init(_ p: Parameters, _ c: T5Configuration, _ index: Int) throws {
            let p = p.scope("encoder.block.\(index).layer.1")
            norm = try RMSNorm(p, "layer_norm", c.dModel, epsilon: c.layerNormEpsilon)
            wi0 = try Linear(p, "DenseReluDense.wi_0", from: c.dModel, to: c.dFf, bias: false)
            wi1 = try Linear(p, "DenseReluDense.wi_1", from: c.dModel, to: c.dFf, bias: false)
        }

        /// `[tokens, dFf]`.
        func callAsFunction(_ hidden: Tensor, _ pass: ForwardPass) throws -> Tensor {
            let y = try norm(hidden, pass)
            let gated = try wi0(y, pass, .geluTanh)
            try gated.multiply(by: wi1(y, pass), on: pass.backend)
            return gated
        }
    }
}
