public import Tensors
public import Weights

/// The velocity model of FLUX.1 (Black Forest Labs 2024; `FluxTransformer2DModel` in the published code).
public struct FluxTransformer: Sendable {
    public let configuration: FluxTransformerConfiguration
    let weights: WeightStore

    public init(_ configuration: FluxTransformerConfiguration, weights: WeightStore) {
        self.configuration = configuration
        self.weights = weights
    }

    /// All weights in the order they are used: the modulation's, then what every step reads.
    public static func units(_ c: FluxTransformerConfiguration) -> [WeightUnit] {
        modulationUnits(c)
            + [
                WeightUnit("context") { p in _ = try Linear(p, "context_embedder", from: c.jointAttentionDim, to: c.width) },
                WeightUnit("input") { p in _ = try Linear(p, "x_embedder", from: c.inChannels, to: c.width) },
            ]
            + (0..<c.numLayers).flatMap { DoubleStreamBlock.units(c, $0) }
            + (0..<c.numSingleLayers).flatMap { SingleStreamBlock.units(c, $0) }
            + [WeightUnit("output") { p in _ = try Linear(p, "proj_out", from: c.width, to: c.inChannels) }]
    }

    /// The text's tokens as the blocks see them, the same in every step: `[tokens, jointAttentionDim] → [tokens, width]`.
    public func context(_ textStates: Tensor, _ pass: ForwardPass) throws -> Tensor {
        let c = configuration
        return try weights.withLease("context") { p in
            try Linear(p, "context_embedder", from: c.jointAttentionDim, to: c.width)(textStates, pass)
        }
    }

    /// The velocity `[tokens, 64]` of packed latents `[tokens, 64]` in one step.
    /// - Parameters:
    ///   - context: `[textTokens, width]` from `context(_:_:)`.
    ///   - rotary: f32 `[textTokens + tokens, headSize]` from `RotaryPositions`.
    public func velocity(
        _ latents: Tensor, context: Tensor, modulation: ModulationTable, step: Int, rotary: Tensor, _ pass: ForwardPass
    ) throws -> Tensor {
        let c = configuration
        let textCount = context.rows
        func enter(_ kind: BlockKind, _ block: Int) -> (Sublayer) throws -> Void {
            { try pass.enter(kind, block, of: c.blockCount, $0) }
        }

        let hidden = JointTokens(try pass.backend.empty([textCount + latents.rows, c.width], latents.type), textCount: textCount)
        _ = try context.converted(to: latents.type, into: hidden.text, on: pass.backend)
        try weights.withLease("input") { p in
            _ = try Linear(p, "x_embedder", from: c.inChannels, to: c.width)(latents, pass, into: hidden.image)
        }
        for i in 0..<c.numLayers {
            try DoubleStreamBlock(configuration: c, index: i, weights: weights)(
                hidden, image: modulation.image(i, step: step), text: modulation.text(i, step: step),
                rotary: JointTokens(rotary, textCount: textCount), pass, enter: enter(.doubleStream, i))
        }
        for i in 0..<c.numSingleLayers {
            try SingleStreamBlock(configuration: c, index: i, weights: weights)(
                hidden.all, modulation.single(i, step: step), rotary: rotary, pass, enter: enter(.singleStream, c.numLayers + i))
        }
        let (scale, shift) = modulation.final(step: step)
        let normed = try hidden.image.modulated(
            shift: shift, scale: scale, epsilon: DoubleStreamBlock.layerNormEpsilon, on: pass.backend)
        return try weights.withLease("output") { try Linear($0, "proj_out", from: c.width, to: c.inChannels)(normed, pass) }
    }
}
