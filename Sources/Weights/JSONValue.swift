/// A parsed JSON document, members in file order. Only what weight files use has a value: non-negative integers and strings.
enum JSONValue: Equatable, Sendable {
    case object([Member])
    case array([JSONValue])
    case string(String)
    /// A non-negative integer below 2⁶⁴, written without fraction or exponent.
    case integer(UInt64)
    /// Any other number: its syntax was checked, its value is not needed.
    case number
    case boolean(Bool)
    case null

    struct Member: Equatable, Sendable {
        let key: String
        let value: JSONValue
    }

    /// The value of `key` in an object.
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// An integer that fits `Int`.
    var int: Int? {
        if case .integer(let value) = self { Int(exactly: value) } else { nil }
    }

    var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

/// Why bytes are not the JSON that a weight file may hold; offsets are bytes from the start of the document.
public enum JSONFault: Error, Equatable, Sendable {
    case unexpectedEnd(offset: Int)
    case unexpectedByte(UInt8, offset: Int)
    /// A string that is not UTF-8, or an escape that names no character.
    case invalidText(offset: Int)
    case integerOverflow(offset: Int)
    /// RFC 8259 leaves the meaning open and most readers silently keep the last one.
    case duplicateKey(String, offset: Int)
    case tooDeep(limit: Int, offset: Int)
}

extension JSONFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unexpectedEnd(let offset): "JSON ends unexpectedly at byte \(offset)"
        case .unexpectedByte(let byte, let offset): "JSON has an unexpected byte 0x\(String(byte, radix: 16)) at byte \(offset)"
        case .invalidText(let offset): "JSON string at byte \(offset) is not valid text"
        case .integerOverflow(let offset): "JSON number at byte \(offset) is too large"
        case .duplicateKey(let key, let offset): "JSON key \(key.quoted) occurs twice, again at byte \(offset)"
        case .tooDeep(let limit, let offset): "JSON is nested deeper than \(limit) at byte \(offset)"
        }
    }
}
