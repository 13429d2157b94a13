/// `vae/config.json` of an `AutoencoderKL`, of which text to image uses the decoder.
public struct AutoencoderConfiguration: ModelConfiguration {
    public let latentChannels: Int
    public let outChannels: Int
    public let blockOutChannels: [Int]
    public let layersPerBlock: Int
    public let normNumGroups: Int
    public let scalingFactor: Float
    public let shiftFactor: Float?
    public let actFn: String
    public let midBlockAddAttention: Bool?
    public let usePostQuantConv: Bool?
    /// Side in pixels of the pictures it was trained for.
    public let sampleSize: Int?

    /// Pixels per latent, in each direction.
    public var scale: Int { 1 << (blockOutChannels.count - 1) }

    public var requirements: [ConfigurationRequirement] {
        [
            .equal("latent_channels", latentChannels, 16), .equal("out_channels", outChannels, 3), .equal("act_fn", actFn, "silu"),
            ConfigurationRequirement("block_out_channels", blockOutChannels, "1 to 6 levels", (1...6).contains(blockOutChannels.count)),
            .size("layers_per_block", layersPerBlock), .size("norm_num_groups", normNumGroups),
            .equal("use_post_quant_conv", usePostQuantConv ?? true, false),
            .equal("mid_block_add_attention", midBlockAddAttention ?? true, true),
            ConfigurationRequirement(
                "scaling_factor", scalingFactor, "a number other than 0", scalingFactor.isFinite && scalingFactor != 0),
        ]
            + blockOutChannels.flatMap {
                [.size("block_out_channels", $0), .multiple("block_out_channels", $0, of: normNumGroups, "norm_num_groups")]
            }
    }
}
