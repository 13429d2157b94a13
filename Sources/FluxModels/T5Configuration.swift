/// `text_encoder_2/config.json` of a T5 v1.1 encoder.
public struct T5Configuration: ModelConfiguration {
    public let dModel: Int
    public let dKv: Int
    public let dFf: Int
    public let numHeads: Int
    public let numLayers: Int
    public let vocabSize: Int
    public let layerNormEpsilon: Float
    public let feedForwardProj: String
    public let relativeAttentionNumBuckets: Int
    public let relativeAttentionMaxDistance: Int

    /// Width of all heads together, which need not be the model's width.
    public var attentionWidth: Int { numHeads * dKv }

    public var requirements: [ConfigurationRequirement] {
        [
            .size("d_model", dModel), .size("d_kv", dKv), .size("d_ff", dFf), .size("num_heads", numHeads), .size("num_layers", numLayers),
            .size("vocab_size", vocabSize), .equal("feed_forward_proj", feedForwardProj, "gated-gelu"),
            .size("relative_attention_num_buckets", relativeAttentionNumBuckets),
            .multiple("relative_attention_num_buckets", relativeAttentionNumBuckets, of: 4, "4"),
            ConfigurationRequirement(
                "relative_attention_max_distance", relativeAttentionMaxDistance, "more than a quarter of the buckets",
                relativeAttentionMaxDistance > relativeAttentionNumBuckets / 4),
        ]
    }
}
