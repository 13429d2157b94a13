public import Tensors
public import Weights

/// A prompt as the text encoders are asked for it. Texts are told apart by their bytes: those that only look alike are encoded apart.
public struct PromptText: Hashable, Sendable {
    /// UTF-8.
    public let bytes: [UInt8]
    /// Tokens the T5 encoder sees.
    public let maximumSequenceLength: Int

    public init(_ prompt: String, maximumSequenceLength: Int) {
        bytes = Array(prompt.utf8)
        self.maximumSequenceLength = maximumSequenceLength
    }
}

/// The values of an encoded prompt, bit for bit, which any later run of the same model can start from.
public struct EncodedPrompt: Equatable, Sendable {
    /// Token states `[maximumSequenceLength, jointAttentionDim]`.
    public let states: TensorValues
    /// The pooled text `[1, pooledProjectionDim]`.
    public let pooled: TensorValues
    var byteCount: Int { states.bytes.count + pooled.bytes.count }

    public init(states: TensorValues, pooled: TensorValues) {
        self.states = states
        self.pooled = pooled
    }
}

/// Everything that an encoded prompt depends on.
public struct PromptKey: Hashable, Sendable {
    public let text: PromptText
    /// Digest of the encoders, their tokenizers and their arithmetic.
    public let encoders: String
    public let type: ElementType
    public let statesShape, pooledShape: [Int]

    public init(text: PromptText, encoders: String, type: ElementType, statesShape: [Int], pooledShape: [Int]) {
        self.text = text
        self.encoders = encoders
        self.type = type
        self.statesShape = statesShape
        self.pooledShape = pooledShape
    }
}

/// Where encoded prompts are kept beyond the process.
public protocol PromptStore: Sendable {
    /// What is kept under `key`, `nil` if nothing is.
    /// - Throws: What is wrong with what lies there: then it is as good as nothing, and may be replaced.
    func prompt(for key: PromptKey) throws -> EncodedPrompt?

    /// Keeps a prompt in place of what is there.
    func keep(_ prompt: EncodedPrompt, for key: PromptKey) throws
}

/// Where a picture's encoded prompt came from.
public enum PromptSource: String, Sendable, Codable, CaseIterable {
    case encoded, memory, store
}
