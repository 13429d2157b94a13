/// `transformer/config.json` of a FLUX.1 text-to-image transformer.
public struct FluxTransformerConfiguration: ModelConfiguration {
    public let className: String
    public let inChannels: Int
    public let outChannels: Int?
    public let patchSize: Int?
    public let numLayers: Int
    public let numSingleLayers: Int
    public let attentionHeadDim: Int
    public let numAttentionHeads: Int
    public let jointAttentionDim: Int
    public let pooledProjectionDim: Int
    public let guidanceEmbeds: Bool
    private let axesDimsRope: [Int]?

    /// `_class_name` keeps its underscore under the snake-case strategy.
    private enum CodingKeys: String, CodingKey {
        case className = "_className"
        case inChannels, outChannels, patchSize, numLayers, numSingleLayers, attentionHeadDim, numAttentionHeads, jointAttentionDim
        case pooledProjectionDim, guidanceEmbeds, axesDimsRope
    }

    public var heads: Int { numAttentionHeads }
    public var headSize: Int { attentionHeadDim }
    /// Width D of the token streams.
    public var width: Int { numAttentionHeads * attentionHeadDim }
    public var blockCount: Int { numLayers + numSingleLayers }
    /// Channels of a head that each position axis (constant, row, column) rotates; the published files of FLUX.1 leave it out.
    public var rotaryAxes: [Int] { axesDimsRope ?? [16, 56, 56] }
    /// Width of the sinusoidal embedding of time and guidance.
    public static let sinusoidWidth = 256

    public var requirements: [ConfigurationRequirement] {
        [
            .equal("_class_name", className, "FluxTransformer2DModel"),
            .equal("in_channels", inChannels, 64), .equal("out_channels", outChannels ?? inChannels, 64),
            .equal("patch_size", patchSize ?? 1, 1),
            .size("num_attention_heads", numAttentionHeads), .size("attention_head_dim", attentionHeadDim),
            .size("joint_attention_dim", jointAttentionDim), .size("pooled_projection_dim", pooledProjectionDim),
            ConfigurationRequirement("num_layers", numLayers, "0 to 1000", (0...1000).contains(numLayers)),
            ConfigurationRequirement("num_single_layers", numSingleLayers, "0 to 1000", (0...1000).contains(numSingleLayers)),
            ConfigurationRequirement(
                "axes_dims_rope", rotaryAxes, "three positive even numbers that sum to attention_head_dim (\(attentionHeadDim))",
                rotaryAxes.count == 3 && rotaryAxes.allSatisfy { (2...ConfigurationRequirement.largestSize).contains($0) && $0 % 2 == 0 }
                    && rotaryAxes.reduce(0, +) == attentionHeadDim),
        ]
    }
}
