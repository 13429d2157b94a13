/// Why weights could not be streamed.
public enum StreamError: Error, Equatable, Sendable {
    /// A file could not be opened.
    case openFailed(file: String, code: Int32)
    /// Bytes could not be read.
    case readFailed(file: String, offset: Int, byteCount: Int, code: Int32)
    /// The file ends before the bytes that it should hold.
    case truncated(file: String, offset: Int, expectedByteCount: Int, foundByteCount: Int)
    /// A reader thread could not be started.
    case threadFailed(code: Int32)
    /// The device did not take bytes: which of its calls failed, and how.
    case deviceFailed(call: String, code: Int32)
    /// The run was cancelled.
    case cancelled
}

extension StreamError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .openFailed(let file, let code): "\(file): cannot be opened (error \(code))"
        case .readFailed(let file, let offset, let byteCount, let code):
            "\(file): \(byteCount) bytes at \(offset) cannot be read (error \(code))"
        case .truncated(let file, let offset, let expected, let found):
            "\(file): ends after \(found) of \(expected) bytes at \(offset)"
        case .threadFailed(let code): "a reader thread cannot be started (error \(code))"
        case .deviceFailed(let call, let code): "weights cannot be sent to the device: \(call) failed (error \(code))"
        case .cancelled: "streaming was cancelled"
        }
    }
}
