public import Memory
import Synchronization

/// An engine with no arithmetic: operations only leave their names, and tensors only their sizes in the device's ledger.
///
/// A model run on it shows which operations it makes, in which order, and how much memory they hold at once.
public final class NullBackend: Backend {
    public let name = "null"
    public let device: any MemoryDevice
    public let computeTypes = ElementType.allCases
    private let recorded = Mutex<[String]>([])

    public init(device: any MemoryDevice = NullDevice()) {
        self.device = device
    }

    public func running(on device: any MemoryDevice) -> any Backend { NullBackend(device: device) }

    /// Names of the operations run so far, in order.
    public var operations: [String] { recorded.withLock { $0 } }

    private func record(_ operation: String) {
        recorded.withLock { $0.append(operation) }
    }

    public func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) { record("linear") }
    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) { record("addLinear") }
    public func attention(
        query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor
    ) { record("attention") }
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
    public func convolve(_ x: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor?, into output: Tensor) { record("convolve") }
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
