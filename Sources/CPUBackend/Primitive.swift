import COneDNN
import Tensors

/// Owns one compiled oneDNN operation.
struct Primitive: ~Copyable {
    private let handle: OpaquePointer
    private let operation: String

    /// - Throws: `TensorError.libraryFailure` when oneDNN has no code for the shape.
    init(_ operation: String, make: (UnsafeMutablePointer<OpaquePointer?>) -> OneDNNResult) throws(TensorError) {
        var made: OpaquePointer?
        let result = make(&made)
        guard result.status == 0, let made else { throw result.error(operation) }
        handle = made
        self.operation = operation
    }

    deinit { oneDNNRelease(handle) }

    /// Bytes of scratch for a run.
    var scratchByteCount: Int { oneDNNScratchByteCount(handle) }
    /// What oneDNN calls the code it chose.
    var implementation: String { String(cString: oneDNNImplementation(handle)) }

    /// - Throws: `TensorError.libraryFailure` when oneDNN fails.
    func run(_ operands: OneDNNOperands) throws(TensorError) {
        let result = withUnsafePointer(to: operands) { oneDNNRun(handle, $0) }
        if result.status != 0 { throw result.error(operation) }
    }
}

extension OneDNNResult {
    fileprivate func error(_ operation: String) -> TensorError {
        let call = self.call.map { String(cString: $0) } ?? "no call"
        return .libraryFailure(backend: "cpu", operation: operation, call: "oneDNN " + call, code: status)
    }
}

extension ElementType {
    /// oneDNN's name for a compute type.
    var oneDNNType: OneDNNType { self == .bf16 ? OneDNNTypeBF16 : OneDNNTypeF32 }
}
