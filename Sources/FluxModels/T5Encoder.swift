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
            + (0..<c.numLayers).flatMap { T5Block.units(c, $0) }
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
            try T5Block(configuration: c, index: i, weights: weights)(hidden, bias, pass)
        }
        return try weights.withLease("final") { p in
            try RMSNorm(p, "encoder.final_layer_norm", c.dModel, epsilon: c.layerNormEpsilon)(hidden, pass)
        }
    }
}
