import CCUDA
public import Memory
public import Tensors

/// The engine for NVIDIA's devices: cuBLASLt for matrix products, the kernels of `CCUDA` for the rest.
///
/// Operations only enter the device's queue; reading a result waits for it. Scratch goes back to its device as soon as the operation is in
/// the queue: whoever takes the bytes next comes after it there.
public struct CUDABackend: Backend {
    public let name = "cuda"
    public let device: any MemoryDevice
    public let computeTypes: [ElementType] = [.bf16, .f32]
    public let engine: CUDAEngine
    /// Whether kernels may multiply by whole warpgroups, which only compute capability 9.0 does.
    let usesWarpgroups: Bool
    /// Whether kernels run; if not, operations only take and return the memory that they would.
    let computes: Bool

    /// - Parameter device: memory of the engine's device.
    public init(engine: CUDAEngine, device: any MemoryDevice) {
        self.init(engine: engine, device: device, usesWarpgroups: engine.properties.major == 9)
    }

    /// Without warpgroups it uses the kernels of other devices on one that has them.
    package init(engine: CUDAEngine, device: any MemoryDevice, usesWarpgroups: Bool, computes: Bool = true) {
        (self.engine, self.device, self.usesWarpgroups, self.computes) = (engine, device, usesWarpgroups, computes)
    }

    public func running(on device: any MemoryDevice) -> any Backend {
        CUDABackend(engine: engine, device: device, usesWarpgroups: usesWarpgroups, computes: computes)
    }

    public func planning(on device: any MemoryDevice) -> any Backend {
        CUDABackend(engine: engine, device: device, usesWarpgroups: usesWarpgroups, computes: false)
    }

    /// Puts a kernel whose one parameter is `arguments` into the queue.
    func launch(
        _ kernel: String, grid: (x: Int, y: Int, z: Int), block: (x: Int, y: Int, z: Int), shared: Int = 0,
        _ arguments: some BitwiseCopyable
    ) throws(CUDAError) {
        try engine.launch(kernel, grid: grid, block: block, sharedByteCount: shared, arguments)
    }

    /// Shared memory of a kernel that sums over its block.
    static let blockSumByteCount = 32 * 4

    /// - Throws: `TensorError.unsupported` for f16, which is only stored and converted.
    func check(_ operation: String, _ type: ElementType) throws(TensorError) {
        if !computeTypes.contains(type) { throw .unsupported(backend: name, operation: operation, type: type) }
    }
}

extension Tensor {
    /// Address of element 0 on the device.
    var deviceAddress: UInt64 {
        guard let address else { preconditionFailure("the CUDA backend needs memory of a device") }
        return UInt64(UInt(bitPattern: address))
    }

    var matrix: CUDAMatrix { CUDAMatrix(address: deviceAddress, stride: Int64(rowStride)) }

    /// Whether every row starts at a multiple of 16 bytes: so storage does, always, and a plan that has no addresses yet can tell.
    var hasAlignedRows: Bool { byteOffset % 16 == 0 && (rows == 1 || rowStride * type.byteCount % 16 == 0) }
}

extension ElementType {
    /// The type in kernels' names.
    var kernelSuffix: String {
        switch self {
        case .f32: "F32"
        case .f16: "F16"
        case .bf16: "BF16"
        }
    }
}

extension Int {
    /// This many things in groups of `size`, the last one perhaps not full.
    func groups(of size: Int) -> Int { (self + size - 1) / size }
}
