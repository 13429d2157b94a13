/// An option whose value cannot be used.
enum OptionError: Error, CustomStringConvertible {
    case invalid(option: String, value: String, expected: String)
    case unavailable(option: String, value: String, reason: String)
    case conflict(String, with: String, reason: String)

    var description: String {
        switch self {
        case .invalid(let option, let value, let expected): "\(option) \(value): expected \(expected)"
        case .unavailable(let option, let value, let reason): "\(option) \(value): \(reason)"
        case .conflict(let option, let other, let reason): "\(option) with \(other): \(reason)"
        }
    }
}
