public import Memory
import Synchronization

/// An engine with no arithmetic: operations only leave their names and how much they would compute, and tensors only their sizes
/// in the device's ledger.
///
/// A model run on it shows which operations it makes, in which order, and how much memory they hold at once.
public final class NullBackend: Backend {
    public let name = "null"
    public let device: any MemoryDevice
    public let computeTypes = ElementType.allCases
    /// Bytes of scratch that each product, attention and convolution takes while it runs.
    public let workspaceByteCount: Int
    private let recorded = Mutex<(operations: [String], floatingPointOperations: Int)>(([], 0))

    public init(device: any MemoryDevice = NullDevice(), workspaceByteCount: Int = 0) {
        self.device = device
        self.workspaceByteCount = workspaceByteCount
    }

    public func running(on device: any MemoryDevice) -> any Backend {
        NullBackend(device: device, workspaceByteCount: workspaceByteCount)
    }

    public func planning(on device: any MemoryDevice) -> any Backend { running(on: device) }

    /// Names of the operations run so far, in order.
    public var operations: [String] { recorded.withLock { $0.operations } }

    /// Multiplications and additions, counted each, of the matrix products, attentions and convolutions so far. Everything else is
    /// bound by memory and not counted.
    public var floatingPointOperations: Int { recorded.withLock { $0.floatingPointOperations } }

    private func record(_ operation: String) {
        recorded.withLock { $0.operations.append(operation) }
    }

    private func record(_ operation: String, floatingPointOperations count: Int) throws(MemoryError) {
        recorded.withLock { recorded in
            recorded.operations.append(operation)
            recorded.floatingPointOperations += count
        }
        if workspaceByteCount > 0 { _ = try device.allocate(byteCount: workspaceByteCount, for: .workspace) }
    }

    public func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) throws {
        try record("linear", floatingPointOperations: 2 * x.rows * weight.elementCount)
    }
    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) throws {
        try record("addLinear", floatingPointOperations: 2 * x.rows * weight.elementCount)
    }
    /// Both products, masked scores included: 4·tokens²·width.
    public func attention(
        query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor
    ) throws {
        try record("attention", floatingPointOperations: 4 * query.rows * key.rows * query.columns)
    }
    public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, into output: Tensor) { record("layerNorm") }
    public func modulatedLayerNorm(_ x: Tensor, shift: Tensor, scale: Tensor, epsilon: Float, into output: Tensor) {
        record("modulatedLayerNorm")
    }
    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, into output: Tensor) { record("rmsNorm") }
    public func normalizeAndRotateHeads(_ x: Tensor, weight: Tensor, epsilon: Float, rotary: Tensor) { record("normalizeAndRotateHeads") }
    public func add(_ x: Tensor, gate: Tensor?, to residual: Tensor) { record("add") }
    public func multiply(_ target: Tensor, by x: Tensor) { record("multiply") }
    public func activate(_ x: Tensor, _ activation: Activation, into output: Tensor) { record("activate") }
    public func embed(_ ids: [Int32], table: Tensor, into output: Tensor) { record("embed") }
    public func groupNorm(_ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Float, silu: Bool, into output: Tensor) {
        record("groupNorm")
    }
    public func convolve(_ x: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor?, into output: Tensor) throws {
        try record("convolve", floatingPointOperations: 2 * x.rows * weight.elementCount)
    }
    public func upsampleNearest(_ x: Tensor, into output: Tensor) { record("upsampleNearest") }
    public func convert(_ x: Tensor, into output: Tensor) { record("convert") }
    public func eulerStep(_ latents: Tensor, velocity: Tensor, delta: Float) { record("eulerStep") }
    public func isFinite(_ x: Tensor) -> Bool {
        record("isFinite")
        return true
    }
    public func upload(_ values: [Float], to output: Tensor) { record("upload") }
    public func download(_ x: Tensor) -> [Float] {
        record("download")
        return Array(repeating: 0, count: x.elementCount)
    }
}
