import Memory
import Tensors

/// Host memory and exact conversion, nothing else: all that a weight store asks of a backend.
struct ConvertingBackend: Backend {
    struct Unused: Error {}

    let name = "converting"
    let device: any MemoryDevice
    let computeTypes = ElementType.allCases

    init(budgetByteCount: Int? = nil) {
        self.init(device: HostDevice(budgetByteCount: budgetByteCount))
    }

    private init(device: any MemoryDevice) {
        self.device = device
    }

    func running(on device: any MemoryDevice) -> any Backend { ConvertingBackend(device: device) }

    func convert(_ x: Tensor, into output: Tensor) {
        for (index, value) in decoded(x).enumerated() {
            let bytes = encoded(value, output.type)
            output.address?.advanced(by: index * bytes.count).copyMemory(from: bytes, byteCount: bytes.count)
        }
    }

    func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) throws { throw Unused() }
    func attention(
        query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor
    ) throws { throw Unused() }
    func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, into output: Tensor) throws { throw Unused() }
    func modulatedLayerNorm(_ x: Tensor, shift: Tensor, scale: Tensor, epsilon: Float, into output: Tensor) throws { throw Unused() }
    func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, into output: Tensor) throws { throw Unused() }
    func normalizeAndRotateHeads(_ x: Tensor, weight: Tensor, epsilon: Float, rotary: Tensor) throws { throw Unused() }
    func add(_ x: Tensor, gate: Tensor?, to residual: Tensor) throws { throw Unused() }
    func multiply(_ target: Tensor, by x: Tensor) throws { throw Unused() }
    func activate(_ x: Tensor, _ activation: Activation, into output: Tensor) throws { throw Unused() }
    func embed(_ ids: [Int32], table: Tensor, into output: Tensor) throws { throw Unused() }
    func groupNorm(_ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Float, silu: Bool, into output: Tensor) throws {
        throw Unused()
    }
    func convolve(_ x: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor?, into output: Tensor) throws { throw Unused() }
    func upsampleNearest(_ x: Tensor, into output: Tensor) throws { throw Unused() }
    func eulerStep(_ latents: Tensor, velocity: Tensor, delta: Float) throws { throw Unused() }
    func isFinite(_ x: Tensor) throws -> Bool { throw Unused() }
    func upload(_ values: [Float], to output: Tensor) throws { throw Unused() }
    func download(_ x: Tensor) throws -> [Float] { throw Unused() }
}
