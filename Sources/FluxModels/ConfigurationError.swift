public import SystemPackage

/// A model's `config.json` cannot be used.
public enum ConfigurationError: Error, Equatable, Sendable {
    case missing(file: FilePath)
    case unreadable(file: FilePath, reason: String)
    case unsupported(file: FilePath, key: String, found: String, expected: String)
}

extension ConfigurationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let file): "\(file): not found"
        case .unreadable(let file, let reason): "\(file): \(reason)"
        case .unsupported(let file, let key, let found, let expected): "\(file): \(key) is \(found), expected \(expected)"
        }
    }
}
