/// A small JSON value, for settings.
enum JSONValue: Equatable {
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var bool: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var integer: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number)
    }

    /// The value as an error message shows it.
    var summary: String {
        switch self {
        case .object(let members): members["type"]?.string ?? "an object"
        case .array: "a list"
        case .string(let text): String(text.prefix(60)).debugDescription
        case .number(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .null: "null"
        }
    }
}

extension JSONReader {
    /// Reads one value of any kind; of an object's members with the same key the last one counts.
    mutating func readValue(depth: Int = 0) throws(TokenizerError) -> JSONValue {
        guard depth < Self.depthLimit else { throw malformed("at most \(Self.depthLimit) nested values") }
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try openObject()
            while let key = try nextKey() { members[key] = try readValue(depth: depth + 1) }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try openArray()
            while try nextElement() { elements.append(try readValue(depth: depth + 1)) }
            return .array(elements)
        case UInt8(ascii: "\""):
            return .string(try readString())
        case UInt8(ascii: "t"):
            try skipWord("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try skipWord("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try skipWord("null")
            return .null
        default:
            return .number(try readDouble())
        }
    }

    mutating func readString() throws(TokenizerError) -> String {
        var text: [UInt8] = []
        try readString(into: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
