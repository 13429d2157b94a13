/// An operation was asked for something its operands do not allow.
public enum TensorError: Error, Equatable, Sendable {
    case shapeMismatch(operation: String, operand: String, expected: [Int], found: [Int])
    case typeMismatch(operation: String, operand: String, expected: ElementType, found: ElementType)
    case unsupported(backend: String, operation: String, type: ElementType)
    case notContiguous(operation: String, operand: String, shape: [Int], rowStride: Int)
    /// A library call below a backend failed.
    case libraryFailure(backend: String, operation: String, call: String, code: Int32)
}

extension TensorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .shapeMismatch(let operation, let operand, let expected, let found):
            "\(operation): \(operand) has shape \(found), expected \(expected)"
        case .typeMismatch(let operation, let operand, let expected, let found):
            "\(operation): \(operand) is \(found.rawValue), expected \(expected.rawValue)"
        case .unsupported(let backend, let operation, let type):
            "\(backend) backend: \(operation) is not available in \(type.rawValue)"
        case .notContiguous(let operation, let operand, let shape, let rowStride):
            "\(operation): \(operand) \(shape) has rows \(rowStride) apart, expected a contiguous tensor"
        case .libraryFailure(let backend, let operation, let call, let code):
            "\(backend) backend: \(operation): \(call) failed with code \(code)"
        }
    }
}
