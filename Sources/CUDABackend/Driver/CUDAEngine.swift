import CCUDA
import Memory

/// One device in use: its context, two queues, the kernels and the products on it.
///
/// Operations happen in the order in which they go into the compute queue; threads that share memory see to that order.
public final class CUDAEngine: Sendable {
    /// Scratch of every product, whatever its shape and whatever memory there is: what NVIDIA recommends for the largest devices.
    static let productWorkspaceByteCount = 32 << 20

    let context: CUDAContext
    let compute: CUDAStream
    let copies: CUDAStream
    let staging: Staging
    let held: HeldChunks
    private let kernels: KernelModules
    private let products: MatrixProducts
    /// Threads that read files.
    let readerCount: Int

    public var properties: DeviceProperties { context.properties }

    /// The device with this number.
    /// - Parameter hostByteCount: the most host memory that may be locked; what is available now less 2 GiB if absent.
    /// - Throws: `CUDAError`; `MemoryError` when the host cannot lock what it must.
    public convenience init(ordinal: Int = 0, hostByteCount: Int? = nil) throws {
        try self.init(
            CUDALibraries(), ordinal: ordinal, hostByteCount: hostByteCount ?? HostDevice().defaultBudgetByteCount,
            cacheFolder: KernelCompiler.defaultCacheFolder)
    }

    /// - Parameters:
    ///   - cacheFolder: where compiled code is kept, `nil` for nowhere.
    ///   - stagingByteCount: locked memory in slots of `pieceByteCount`, of which there are more than twice the readers.
    package init(
        _ libraries: CUDALibraries, ordinal: Int, hostByteCount: Int, cacheFolder: String?, readerCount: Int = 8,
        pieceByteCount: Int = 8 << 20
    ) throws {
        let calls = DriverCalls(table: libraries.driver)
        let context = try CUDAContext(calls, ordinal: ordinal, hostByteCount: hostByteCount)
        let compiler = KernelCompiler(
            table: libraries.compiler, architecture: context.properties.architecture, cacheFolder: cacheFolder)
        kernels = try KernelModules(calls, compiler, sharedByteCountPerBlock: context.properties.sharedByteCountPerBlock)
        products = try MatrixProducts(libraries.products, workspaceByteCount: Self.productWorkspaceByteCount)
        compute = try CUDAStream(calls)
        copies = try CUDAStream(calls)
        staging = try Staging(slotByteCount: pieceByteCount, slotCount: 3 * readerCount, in: context)
        held = HeldChunks(context, pieceByteCount: pieceByteCount)
        self.context = context
        self.readerCount = readerCount
    }

    /// Memory that copies are still made from or to must not go.
    deinit { try? settle() }

    /// Waits until all that was put into either queue has been done.
    func settle() throws(CUDAError) {
        try context.makeCurrent()
        try context.calls.check("cuCtxSynchronize", context.calls.table.pointee.cuCtxSynchronize())
    }

    /// Puts a kernel whose one parameter is `arguments` into the compute queue.
    func launch(
        _ kernel: String, grid: (x: Int, y: Int, z: Int), block: (x: Int, y: Int, z: Int), sharedByteCount: Int,
        _ arguments: some BitwiseCopyable
    ) throws(CUDAError) {
        try context.makeCurrent()
        let function = try kernels.function(kernel)
        let (grid, block) = ([grid.x, grid.y, grid.z].map(UInt32.init), [block.x, block.y, block.z].map(UInt32.init))
        let code = withUnsafePointer(to: arguments) {
            cudaLaunch(context.calls.table, function, grid, block, UInt32(sharedByteCount), compute.handle, $0)
        }
        try context.calls.check("cuLaunchKernel(\(kernel))", code)
    }

    /// Puts a product into the compute queue.
    func multiply(_ product: MatrixProduct, _ operands: ProductOperands) throws(CUDAError) {
        try context.makeCurrent()
        try products.multiply(product, operands, on: compute)
    }

    /// Copies host bytes to the device in the order of the compute queue; they may change when this returns.
    /// - Throws: `StreamError.deviceFailed`.
    func upload(_ bytes: UnsafeRawBufferPointer, to target: CUDAAddress) throws(StreamError) {
        for start in stride(from: 0, to: bytes.count, by: staging.slotByteCount) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + staging.slotByteCount, bytes.count)])
            try staging.send(part.count, to: target + UInt64(start), on: compute) { address in
                UnsafeMutableRawBufferPointer(start: address, count: part.count).copyMemory(from: part)
            }
        }
    }

    /// Copies bytes of the device to the host, when all operations issued so far have ended.
    /// - Throws: `StreamError.deviceFailed`.
    func download(_ source: CUDAAddress, into bytes: UnsafeMutableRawBufferPointer) throws(StreamError) {
        for start in stride(from: 0, to: bytes.count, by: staging.slotByteCount) {
            let part = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<min(start + staging.slotByteCount, bytes.count)])
            try staging.receive(part.count, from: source + UInt64(start), on: compute) { part.copyMemory(from: $0) }
        }
    }
}
