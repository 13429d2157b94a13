public import History
import StrictJSON

/// Any JSON value, passed on as it is.
public enum JSONFragment: Codable, Equatable, Sendable {
    case object([String: JSONFragment])
    case array([JSONFragment])
    case text(String)
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case null

    /// - Throws: `JSONFault` if the text is not JSON.
    public init(_ text: JSONText) throws {
        self.init(try JSONValue(parsing: Array(text.text.utf8)))
    }

    private init(_ value: JSONValue) {
        self =
            switch value {
            case .object(let members): .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, JSONFragment($0.value)) }))
            case .array(let elements): .array(elements.map { JSONFragment($0) })
            case .string(let text): .text(text)
            case .integer(let integer): .integer(integer)
            case .number(let number): .number(number)
            case .bool(let flag): .bool(flag)
            case .null: .null
            }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let elements = try? container.decode([JSONFragment].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: JSONFragment].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .object(let members): try container.encode(members)
        case .array(let elements): try container.encode(elements)
        case .text(let text): try container.encode(text)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .bool(let flag): try container.encode(flag)
        case .null: try container.encodeNil()
        }
    }
}
