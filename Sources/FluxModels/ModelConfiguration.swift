public import FoundationEssentials
public import SystemPackage

/// The part of a component's JSON configuration that inference reads; keys are the published ones in snake case.
public protocol ModelConfiguration: Decodable, Sendable {
    /// What this implementation cannot compute, in terms of the file's own keys.
    var requirements: [ConfigurationRequirement] { get }
}

/// A condition on one key of a configuration.
public struct ConfigurationRequirement {
    let key: String
    let found: String
    let expected: String
    let holds: Bool

    public init(_ key: String, _ found: some Any, _ expected: String, _ holds: Bool) {
        self.key = key
        self.found = "\(found)"
        self.expected = expected
        self.holds = holds
    }

    /// Sizes beyond this are refused: no published model comes near, and products of them stay far from overflow.
    static let largestSize = 1 << 20

    static func size(_ key: String, _ value: Int) -> ConfigurationRequirement {
        ConfigurationRequirement(key, value, "1 to \(largestSize)", (1...largestSize).contains(value))
    }

    static func multiple(_ key: String, _ value: Int, of divisor: Int, _ what: String) -> ConfigurationRequirement {
        ConfigurationRequirement(key, value, "a multiple of \(what) (\(divisor))", divisor > 0 && value % divisor == 0)
    }

    static func equal<Value: Equatable>(_ key: String, _ value: Value, _ expected: Value) -> ConfigurationRequirement {
        ConfigurationRequirement(key, value, "\(expected)", value == expected)
    }
}

extension ModelConfiguration {
    /// Reads and checks the configuration at `file`.
    /// - Throws: `ConfigurationError` naming the file and the key.
    public init(file: FilePath) throws(ConfigurationError) {
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: file.string)) } catch {
            throw (error as? CocoaError)?.code == .fileReadNoSuchFile
                ? .missing(file: file) : .unreadable(file: file, reason: "cannot be read")
        }
        try self.init(json: data, of: file)
    }

    /// Checks a configuration that was read from `file`.
    /// - Throws: `ConfigurationError` naming the file and the key.
    public init(json: Data, of file: FilePath) throws(ConfigurationError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { self = try decoder.decode(Self.self, from: json) } catch let error as DecodingError {
            throw .unreadable(file: file, reason: error.oneLine)
        } catch { throw .unreadable(file: file, reason: "not JSON") }
        if let broken = requirements.first(where: { !$0.holds }) {
            throw .unsupported(file: file, key: broken.key, found: broken.found, expected: broken.expected)
        }
    }
}

extension DecodingError {
    /// The failing key and what was wrong with it, without the decoder's nested description.
    var oneLine: String {
        func key(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
        return switch self {
        case .keyNotFound(let missing, _): "no key \"\(missing.stringValue)\""
        case .typeMismatch(let type, let context): "\"\(key(context.codingPath))\" is not \(type)"
        case .valueNotFound(let type, let context): "\"\(key(context.codingPath))\" is null, expected \(type)"
        default: "not valid JSON"
        }
    }
}
