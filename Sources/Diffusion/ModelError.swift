public import SystemPackage
public import Tensors

/// A model folder that cannot be used, or a model that stopped giving numbers.
public enum ModelError: Error, Sendable {
    case notAFolder(FilePath)
    /// Everything that is wrong with the folder, found before anything ran.
    case unusable(folder: FilePath, problems: [any Error])
    case unsupportedPipeline(file: FilePath, found: String)
    /// The tokenizer gives ids that the text encoder has no embedding for.
    case vocabularyTooLarge(tokenizer: FilePath, idCount: Int, embeddings: Int)
    case sequenceTooLong(tokenizer: FilePath, found: Int, positions: Int)
    /// Two components that meet disagree about a width.
    case widthMismatch(file: FilePath, key: String, found: Int, other: FilePath, otherKey: String, expected: Int)
    case unsupportedType(device: String, type: ElementType, available: [ElementType])
    /// The first stage whose result held a NaN or an infinity.
    case notFinite(stage: String, type: ElementType)
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAFolder(let folder):
            "\(folder): not a model folder in the diffusers layout (no model_index.json)"
        case .unusable(let folder, let problems):
            "\(folder) cannot be used:\n" + problems.map { "  \($0)".replacing("\n", with: "\n  ") }.joined(separator: "\n")
        case .unsupportedPipeline(let file, let found):
            "\(file): _class_name is \(found), expected FluxPipeline"
        case .vocabularyTooLarge(let tokenizer, let idCount, let embeddings):
            "\(tokenizer): knows \(idCount) ids, but its text encoder has only \(embeddings) embeddings"
        case .sequenceTooLong(let tokenizer, let found, let positions):
            "\(tokenizer): gives \(found) tokens, but its text encoder has only \(positions) positions"
        case .widthMismatch(let file, let key, let found, let other, let otherKey, let expected):
            "\(file): \(key) is \(found), but \(otherKey) in \(other) is \(expected)"
        case .unsupportedType(let device, let type, let available):
            "\(device) does not compute in \(type.rawValue): use \(available.map(\.rawValue).joined(separator: " or "))"
        case .notFinite(let stage, let type):
            "\(stage) gave numbers that are not finite (computed in \(type.rawValue)): the weights are damaged, or need f32"
        }
    }
}
