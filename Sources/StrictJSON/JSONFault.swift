/// Why bytes are not one strict JSON document, or not the values that their reader asks for.
public struct JSONFault: Error, Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// Not what the grammar allows, or not the value that the caller asks for.
        case expected(String)
        case notUTF8
        /// RFC 8259 leaves the meaning open and most readers silently keep the last one.
        case duplicateKey(String)
        case tooDeep(limit: Int)
    }

    public let kind: Kind
    /// Bytes from the start of the document.
    public let offset: Int

    public init(_ kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

extension JSONFault: CustomStringConvertible {
    /// One line.
    public var description: String {
        let expectation =
            switch kind {
            case .expected(let expected): expected
            case .notUTF8: "UTF-8"
            // A key from a file may hold control characters or be a megabyte long.
            case .duplicateKey(let key): "each key once, found \(String(key.prefix(60)).debugDescription) again"
            case .tooDeep(let limit): "at most \(limit) nested values"
            }
        return "malformed JSON at byte \(offset): expected \(expectation)"
    }
}
