public import Weights

/// Pixels to latents: the other half of the autoencoder, which text to image does not run.
///
/// Its weights' names and shapes, for folders that programs read which load the autoencoder as a whole.
public enum AutoencoderEncoder {
    public static func units(_ c: AutoencoderConfiguration) -> [WeightUnit] {
        c.blockOutChannels.indices.map { i in WeightUnit("encoder.down.\(i)") { p in _ = try EncoderDownBlock(p, c, i) } }
            + [WeightUnit("encoder.ends") { p in _ = try EncoderEnds(p, c) }]
    }
}

private struct EncoderDownBlock {
    let resnets: [ResnetBlock]
    /// Every level but the last halves the size.
    let downsampler: Convolution?

    init(_ p: Parameters, _ c: AutoencoderConfiguration, _ index: Int) throws {
        let p = p.scope("encoder.down_blocks.\(index)")
        let widths = c.blockOutChannels
        let (input, output) = (widths[max(0, index - 1)], widths[index])
        resnets = try (0..<c.layersPerBlock).map { i in
            try ResnetBlock(p, "resnets.\(i)", from: i == 0 ? input : output, to: output, groups: c.normNumGroups)
        }
        downsampler = index == widths.count - 1 ? nil : try Convolution(p, "downsamplers.0.conv", from: output, to: output)
    }
}

/// What comes before and after the levels; the last convolution gives the latents' means and logarithms of variances.
private struct EncoderEnds {
    let convIn, convOut: Convolution
    let mid: AutoencoderMidBlock
    let normOut: GroupNorm

    init(_ p: Parameters, _ c: AutoencoderConfiguration) throws {
        let p = p.scope("encoder")
        let last = c.blockOutChannels[c.blockOutChannels.count - 1]
        convIn = try Convolution(p, "conv_in", from: c.outChannels, to: c.blockOutChannels[0])
        mid = try AutoencoderMidBlock(p, c)
        normOut = try GroupNorm(p, "conv_norm_out", last, groups: c.normNumGroups)
        convOut = try Convolution(p, "conv_out", from: last, to: 2 * c.latentChannels)
    }
}
