/// A parsed JSON value: members in file order, no key twice, integers exact.
public enum JSONValue: Equatable, Sendable {
    case object([Member])
    case array([JSONValue])
    case string(String)
    /// A number written without fraction and exponent that fits `Int`, except -0.
    case integer(Int)
    /// Any other number, rounded to a finite double.
    case number(Double)
    case bool(Bool)
    case null

    public struct Member: Equatable, Sendable {
        public let key: String
        public let value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value of `key` in an object.
    public subscript(key: String) -> JSONValue? {
        members?.first { $0.key == key }?.value
    }

    public var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var integer: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    public var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }
}

extension JSONValue {
    /// Parses one document that fills `bytes` but for white space.
    public init(parsing bytes: [UInt8]) throws(JSONFault) {
        var reader = try JSONReader(bytes) { $0 }
        self = try JSONValue(&reader)
        try reader.expectEnd()
    }

    /// Reads one value of any kind.
    public init<Failure>(_ reader: inout JSONReader<Failure>) throws(Failure) {
        switch reader.peek() {
        case UInt8(ascii: "{"):
            var members: [Member] = []
            try reader.readObject { reader, key throws(Failure) in members.append(Member(key: key, value: try JSONValue(&reader))) }
            self = .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try reader.openArray()
            while try reader.nextElement() { elements.append(try JSONValue(&reader)) }
            self = .array(elements)
        case UInt8(ascii: "\""):
            self = .string(try reader.readString())
        case UInt8(ascii: "t"):
            try reader.skipWord("true")
            self = .bool(true)
        case UInt8(ascii: "f"):
            try reader.skipWord("false")
            self = .bool(false)
        case UInt8(ascii: "n"):
            try reader.skipWord("null")
            self = .null
        default:
            self = try reader.readNumber()
        }
    }
}
