/// A kernel of the embedded sources.
struct Kernel: Hashable, Sendable {
    /// File it is in, such as "Norm.cu".
    let source: String
    /// Its `extern "C"` name.
    let name: String
}

/// How many threads a launch has, and how they are grouped.
struct LaunchShape: Equatable, Sendable {
    var grid: (x: Int, y: Int, z: Int)
    var block: (x: Int, y: Int, z: Int)
    /// Shared memory of a block besides what the kernel declares, bytes.
    var sharedByteCount: Int

    init(grid: (x: Int, y: Int, z: Int), block: (x: Int, y: Int, z: Int), sharedByteCount: Int = 0) {
        self.grid = grid
        self.block = block
        self.sharedByteCount = sharedByteCount
    }

    static func == (a: LaunchShape, b: LaunchShape) -> Bool {
        a.grid == b.grid && a.block == b.block && a.sharedByteCount == b.sharedByteCount
    }
}

/// The arguments of a launch as the kernel's parameter list lays them out: each at the next multiple of its own alignment.
struct KernelArguments: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Values in the order of the parameters: addresses as `UInt64`, numbers as `Int32`, `UInt32`, `Int64` or `Float`, structures of those.
    init<each Value: BitwiseCopyable>(_ values: repeat each Value) {
        repeat append(each values)
    }

    private mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        let alignment = MemoryLayout<Value>.alignment
        bytes += repeatElement(0, count: (alignment - bytes.count % alignment) % alignment)
        withUnsafeBytes(of: value) { bytes += $0 }
    }
}
