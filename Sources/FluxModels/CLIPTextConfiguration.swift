/// `text_encoder/config.json` of a CLIP text model.
public struct CLIPTextConfiguration: ModelConfiguration {
    public let hiddenSize: Int
    public let intermediateSize: Int
    public let numHiddenLayers: Int
    public let numAttentionHeads: Int
    public let maxPositionEmbeddings: Int
    public let vocabSize: Int
    public let layerNormEps: Float
    public let hiddenAct: String
    public let eosTokenId: Int32

    public var requirements: [ConfigurationRequirement] {
        [
            .size("hidden_size", hiddenSize), .size("intermediate_size", intermediateSize), .size("num_hidden_layers", numHiddenLayers),
            .size("num_attention_heads", numAttentionHeads), .size("vocab_size", vocabSize),
            .size("max_position_embeddings", maxPositionEmbeddings),
            .multiple("hidden_size", hiddenSize, of: numAttentionHeads, "num_attention_heads"),
            .equal("hidden_act", hiddenAct, "quick_gelu"),
        ]
    }
}
