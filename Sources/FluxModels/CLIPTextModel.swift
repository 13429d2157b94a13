public import Tensors
public import Weights

/// The text encoder whose pooled vector steers the modulation (Radford et al. 2021, arXiv 2103.00020; FLUX uses CLIP-L's).
public struct CLIPTextModel: Sendable {
    public let configuration: CLIPTextConfiguration
    let weights: WeightStore

    public init(_ configuration: CLIPTextConfiguration, weights: WeightStore) {
        self.configuration = configuration
        self.weights = weights
    }

    /// Checkpoints come with and without the prefix `text_model.`.
    public static func checkpointNames(_ name: String) -> [String] {
        ["text_model." + name, name]
    }

    /// A buffer some checkpoints store; positions are computed here.
    public static func isIgnored(_ name: String) -> Bool { name.hasSuffix("embeddings.position_ids") }

    public static func units(_ c: CLIPTextConfiguration) -> [WeightUnit] {
        [WeightUnit("embeddings", isTable: true) { p in _ = try CLIPTextEmbeddings(p, c) }]
            + (0..<c.numHiddenLayers).map { i in WeightUnit("layer.\(i)") { p in _ = try CLIPEncoderLayer(p, c, i) } }
            + [WeightUnit("final") { p in _ = try LayerNorm(p, "final_layer_norm", c.hiddenSize, epsilon: c.layerNormEps) }]
    }

    /// The last hidden states `[tokens, hidden]`, after the final layer norm.
    public func callAsFunction(_ ids: [Int32], _ pass: ForwardPass) throws -> Tensor {
        let c = configuration
        try pass.enter(.clipLayer, 0, of: c.numHiddenLayers, .embedding)
        let hidden = try weights.withLease("embeddings") { try CLIPTextEmbeddings($0, c)(ids, weights.computeType, pass) }
        for i in 0..<c.numHiddenLayers {
            try weights.withLease("layer.\(i)") { try CLIPEncoderLayer($0, c, i)(hidden, pass) }
        }
        return try weights.withLease("final") { p in
            try LayerNorm(p, "final_layer_norm", c.hiddenSize, epsilon: c.layerNormEps)(hidden, pass)
        }
    }

    /// The row of `states` that stands for the whole text, `[1, hidden]`: the first end-of-text token.
    ///
    /// Checkpoints with the legacy `eos_token_id` 2 mean the first occurrence of the largest id.
    public func pooled(_ states: Tensor, ids: [Int32]) -> Tensor {
        let end = configuration.eosTokenId == 2 ? ids.max() : configuration.eosTokenId
        let row = ids.firstIndex { $0 == end } ?? 0
        return states.rows(row..<row + 1)
    }
}

struct CLIPTextEmbeddings {
    let tokenEmbedding: Tensor
    let positionEmbedding: Tensor

    init(_ p: Parameters, _ c: CLIPTextConfiguration) throws {
        let p = p.scope("embeddings")
        tokenEmbedding = try p("token_embedding.weight", c.vocabSize, c.hiddenSize)
        positionEmbedding = try p("position_embedding.weight", c.maxPositionEmbeddings, c.hiddenSize)
    }

    func callAsFunction(_ ids: [Int32], _ type: ElementType, _ pass: ForwardPass) throws -> Tensor {
        let x = try tokenEmbedding.embedding(of: ids, on: pass.backend).converted(to: type, on: pass.backend)
        let positions = try positionEmbedding.embedding(of: Array(0..<Int32(ids.count)), on: pass.backend)
        try x.add(positions.converted(to: type, on: pass.backend), on: pass.backend)
        return x
    }
}

struct CLIPEncoderLayer {
    let layerNorm1, layerNorm2: LayerNorm
    let qProj, kProj, vProj, outProj: Linear
    let fc1, fc2: Linear
    let heads, headSize, index, count: Int

    init(_ p: Parameters, _ c: CLIPTextConfiguration, _ index: Int) throws {
        let p = p.scope("encoder.layers.\(index)")
        let width = c.hiddenSize
        layerNorm1 = try LayerNorm(p, "layer_norm1", width, epsilon: c.layerNormEps)
        qProj = try Linear(p, "self_attn.q_proj", from: width, to: width)
        kProj = try Linear(p, "self_attn.k_proj", from: width, to: width)
        vProj = try Linear(p, "self_attn.v_proj", from: width, to: width)
        outProj = try Linear(p, "self_attn.out_proj", from: width, to: width)
        layerNorm2 = try LayerNorm(p, "layer_norm2", width, epsilon: c.layerNormEps)
        fc1 = try Linear(p, "mlp.fc1", from: width, to: c.intermediateSize)
        fc2 = try Linear(p, "mlp.fc2", from: c.intermediateSize, to: width)
        heads = c.numAttentionHeads
        headSize = width / heads
        self.index = index
        count = c.numHiddenLayers
    }

    /// Updates `hidden` `[tokens, width]` in place.
    func callAsFunction(_ hidden: Tensor, _ pass: ForwardPass) throws {
        try pass.enter(.clipLayer, index, of: count, .attention)
        let x = try layerNorm1(hidden, pass)
        let query = try qProj(x, pass)
        let attended = try query.attention(
            key: kProj(x, pass), value: vProj(x, pass), heads: heads, scale: 1 / Float(headSize).squareRoot(), mask: .causal, into: query,
            on: pass.backend)
        try outProj.add(attended, to: hidden, pass)
        try pass.enter(.clipLayer, index, of: count, .feedForward)
        try fc2.add(fc1(layerNorm2(hidden, pass), pass, .quickGELU), to: hidden, pass)
    }
}
