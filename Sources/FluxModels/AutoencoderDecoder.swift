public import Tensors
public import Weights

/// Latents to pixels: the decoder of the autoencoder (Rombach et al. 2022, arXiv 2112.10752; `AutoencoderKL` in the published code).
public struct AutoencoderDecoder: Sendable {
    public let configuration: AutoencoderConfiguration
    let weights: WeightStore

    public init(_ configuration: AutoencoderConfiguration, weights: WeightStore) {
        self.configuration = configuration
        self.weights = weights
    }

    /// The encoder's weights lie in the same file.
    public static func isIgnored(_ name: String) -> Bool { name.hasPrefix("encoder.") || name.hasPrefix("quant_conv.") }

    public static func units(_ c: AutoencoderConfiguration) -> [WeightUnit] {
        [WeightUnit("mid") { p in _ = try (Self.convIn(p, c), AutoencoderMidBlock(p.scope("decoder"), c)) }]
            + c.blockOutChannels.indices.map { i in WeightUnit("up.\(i)") { p in _ = try DecoderUpBlock(p, c, i) } }
            + [WeightUnit("output") { p in _ = try DecoderOutput(p, c) }]
    }

    /// Pixels `[scale·h, scale·w, 3]`, about −1 to 1, from latents `[h, w, 16]` in the decoder's own range.
    public func callAsFunction(_ latents: Tensor, _ pass: ForwardPass) throws -> Tensor {
        let c = configuration
        let parts = c.blockOutChannels.count + 2
        func enter(_ part: Int) -> (Sublayer) throws -> Void { { try pass.enter(.decoder, part, of: parts, $0) } }
        var x = try weights.withLease("mid") { p in
            let x = try Self.convIn(p, c)(latents, pass)
            return try AutoencoderMidBlock(p.scope("decoder"), c)(x, pass, enter: enter(0))
        }
        for i in c.blockOutChannels.indices {
            x = try weights.withLease("up.\(i)") { try DecoderUpBlock($0, c, i)(x, pass, enter: enter(1 + i)) }
        }
        return try weights.withLease("output") { p in
            try enter(parts - 1)(.output)
            return try DecoderOutput(p, c)(x, pass)
        }
    }

    private static func convIn(_ p: Parameters, _ c: AutoencoderConfiguration) throws -> Convolution {
        try Convolution(p, "decoder.conv_in", from: c.latentChannels, to: c.blockOutChannels[c.blockOutChannels.count - 1])
    }
}

/// At the coarsest level, of the encoder and of the decoder.
struct AutoencoderMidBlock {
    let resnets: [ResnetBlock]
    let attention: DecoderAttention

    init(_ p: Parameters, _ c: AutoencoderConfiguration) throws {
        let p = p.scope("mid_block")
        let channels = c.blockOutChannels[c.blockOutChannels.count - 1]
        resnets = try (0..<2).map { try ResnetBlock(p, "resnets.\($0)", from: channels, to: channels, groups: c.normNumGroups) }
        attention = try DecoderAttention(p, "attentions.0", channels, groups: c.normNumGroups)
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass, enter: (Sublayer) throws -> Void) throws -> Tensor {
        try enter(.resnets)
        let x = try resnets[0](x, pass)
        try enter(.attention)
        try attention.add(to: x, pass)
        return try resnets[1](x, pass)
    }
}

struct DecoderUpBlock {
    let resnets: [ResnetBlock]
    /// Every level but the last doubles the size.
    let upsampler: Convolution?

    init(_ p: Parameters, _ c: AutoencoderConfiguration, _ index: Int) throws {
        let p = p.scope("decoder.up_blocks.\(index)")
        let widths = Array(c.blockOutChannels.reversed())
        let output = widths[index]
        let input = widths[max(0, index - 1)]
        resnets = try (0...c.layersPerBlock).map { i in
            try ResnetBlock(p, "resnets.\(i)", from: i == 0 ? input : output, to: output, groups: c.normNumGroups)
        }
        upsampler = index == widths.count - 1 ? nil : try Convolution(p, "upsamplers.0.conv", from: output, to: output)
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass, enter: (Sublayer) throws -> Void) throws -> Tensor {
        try enter(.resnets)
        let x = try resnets.reduce(x) { try $1($0, pass) }
        guard let upsampler else { return x }
        try enter(.upsample)
        return try upsampler(x.upsampledNearest(on: pass.backend), pass)
    }
}

struct DecoderOutput {
    let norm: GroupNorm
    let convolution: Convolution

    init(_ p: Parameters, _ c: AutoencoderConfiguration) throws {
        norm = try GroupNorm(p, "decoder.conv_norm_out", c.blockOutChannels[0], groups: c.normNumGroups)
        convolution = try Convolution(p, "decoder.conv_out", from: c.blockOutChannels[0], to: c.outChannels)
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try convolution(norm(x, silu: true, pass), pass)
    }
}
