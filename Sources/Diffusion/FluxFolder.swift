import FluxModels
import FoundationEssentials
public import SystemPackage
public import Tokenizers

/// The small files of a FLUX.1 folder in the diffusers layout: configurations and tokenizers, checked against each other.
@dynamicMemberLookup
public struct FluxFolder: Sendable {
    public let path: FilePath
    public let configurations: FluxConfigurations
    public let clipTokenizer: CLIPTokenizer
    public let t5Tokenizer: T5Tokenizer
    /// Text tokens when a request does not say: what the T5 tokenizer states, at most what FLUX.1 was trained with.
    public let defaultSequenceLength: Int

    /// - Throws: `ModelError` with everything that is wrong with these files.
    public init(_ path: FilePath) throws {
        try Self.checkPipeline(path)
        var list = ProblemList()
        let clip = list.attempt { try CLIPTextConfiguration(file: path.appending("text_encoder/config.json")) }
        let t5 = list.attempt { try T5Configuration(file: path.appending("text_encoder_2/config.json")) }
        let transformer = list.attempt { try FluxTransformerConfiguration(file: path.appending("transformer/config.json")) }
        let autoencoder = list.attempt { try AutoencoderConfiguration(file: path.appending("vae/config.json")) }
        let scheduler = list.attempt { try SchedulerConfiguration(file: path.appending("scheduler/scheduler_config.json")) }
        let clipTokenizer = list.attempt { try CLIPTokenizer(folder: path.appending("tokenizer")) }
        let t5Tokenizer = list.attempt { try T5Tokenizer(folder: path.appending("tokenizer_2")) }
        let limits = list.attempt { try T5TokenizerLimits(file: path.appending("tokenizer_2/tokenizer_config.json")) }
        if let clip, let clipTokenizer { Self.checkVocabulary(path, "tokenizer", clipTokenizer.idCount, embeddings: clip.vocabSize, &list) }
        if let t5, let t5Tokenizer { Self.checkVocabulary(path, "tokenizer_2", t5Tokenizer.idCount, embeddings: t5.vocabSize, &list) }
        if let clip, let clipTokenizer {
            list.require(
                clipTokenizer.maximumLength <= clip.maxPositionEmbeddings,
                else: ModelError.sequenceTooLong(
                    tokenizer: path.appending("tokenizer"), found: clipTokenizer.maximumLength, positions: clip.maxPositionEmbeddings))
        }
        if let clip, let t5, let transformer { Self.checkWidths(path, clip, t5, transformer, &list) }
        guard let clip, let t5, let transformer, let autoencoder, let scheduler, let clipTokenizer, let t5Tokenizer, let limits,
            list.problems.isEmpty
        else { throw ModelError.unusable(folder: path, problems: list.problems) }
        self.path = path
        configurations = FluxConfigurations(
            clip: clip, t5: t5, transformer: transformer, autoencoder: autoencoder, scheduler: scheduler)
        self.clipTokenizer = clipTokenizer
        self.t5Tokenizer = t5Tokenizer
        let largest = GenerationRequest.largestSequenceLength
        defaultSequenceLength = Int(min(Double(largest), limits.modelMaxLength ?? .infinity))
    }

    /// What the configurations say.
    public subscript<Value>(dynamicMember member: KeyPath<FluxConfigurations, Value>) -> Value { configurations[keyPath: member] }

    /// Latents of a picture of this size.
    public func latentLayout(width: Int, height: Int) -> LatentLayout { configurations.latentLayout(width: width, height: height) }

    /// Unlimited tokenizers state a huge number, larger than an integer.
    private struct T5TokenizerLimits: ModelConfiguration {
        let modelMaxLength: Double?

        var requirements: [ConfigurationRequirement] {
            [.init("model_max_length", modelMaxLength ?? 512, "at least 1", modelMaxLength.map { $0 >= 1 } ?? true)]
        }
    }

    private struct Index: Decodable {
        let className: String?

        private enum CodingKeys: String, CodingKey { case className = "_class_name" }
    }

    private static func checkPipeline(_ path: FilePath) throws {
        let file = path.appending("model_index.json")
        guard let data = try? Data(contentsOf: URL(filePath: file.string)) else { throw ModelError.notAFolder(path) }
        let found = (try? JSONDecoder().decode(Index.self, from: data))?.className
        if found != "FluxPipeline" { throw ModelError.unsupportedPipeline(file: file, found: found ?? "missing") }
    }

    private static func checkVocabulary(
        _ path: FilePath, _ tokenizer: String, _ idCount: Int, embeddings: Int, _ list: inout ProblemList
    ) {
        list.require(
            idCount <= embeddings,
            else: ModelError.vocabularyTooLarge(tokenizer: path.appending(tokenizer), idCount: idCount, embeddings: embeddings))
    }

    private static func checkWidths(
        _ path: FilePath, _ clip: CLIPTextConfiguration, _ t5: T5Configuration, _ transformer: FluxTransformerConfiguration,
        _ list: inout ProblemList
    ) {
        let file = path.appending("transformer/config.json")
        list.require(
            transformer.pooledProjectionDim == clip.hiddenSize,
            else: ModelError.widthMismatch(
                file: file, key: "pooled_projection_dim", found: transformer.pooledProjectionDim,
                other: path.appending("text_encoder/config.json"), otherKey: "hidden_size", expected: clip.hiddenSize))
        list.require(
            transformer.jointAttentionDim == t5.dModel,
            else: ModelError.widthMismatch(
                file: file, key: "joint_attention_dim", found: transformer.jointAttentionDim,
                other: path.appending("text_encoder_2/config.json"), otherKey: "d_model", expected: t5.dModel))
    }
}
