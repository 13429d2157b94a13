import FoundationEssentials
import StrictJSON

/// A JSON value that this layer keeps and hands on without looking into it; equal values encode to equal texts.
public struct JSONText: Equatable, Hashable, Sendable {
    /// Compact, with sorted keys where it was encoded here.
    public let text: String

    /// - Throws: `EncodingError` for values that JSON has no text for.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        text = String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Takes text that is known to be one JSON value: read from a column or a strict reader.
    init(trusted text: String) {
        self.text = text
    }

    /// An object without one of its members; any other value as it is.
    func removing(_ key: String) -> JSONText {
        guard var reader = try? JSONReader(Array(text.utf8), failure: { $0 }) else { return self }
        var members: [String] = []
        do throws(JSONFault) {
            try reader.readObject { reader, name throws(JSONFault) in
                let value = try reader.readSource()
                if name != key { members.append("\"\(name)\":\(value)") }
            }
        } catch {
            return self
        }
        return JSONText(trusted: "{" + members.joined(separator: ",") + "}")
    }

    /// - Throws: `DecodingError` if this is no `T`.
    public func decoded<T: Decodable>(as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
