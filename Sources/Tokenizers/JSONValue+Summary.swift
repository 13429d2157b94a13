internal import StrictJSON

extension JSONValue {
    /// The value as an error message shows it; steps of a tokenizer go by their type.
    var summary: String {
        switch self {
        case .object: self["type"]?.string ?? "an object"
        case .array: "a list"
        case .string(let text): String(text.prefix(60)).debugDescription
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .null: "null"
        }
    }
}
