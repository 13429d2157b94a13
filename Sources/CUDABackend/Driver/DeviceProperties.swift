import CCUDA

/// A device as its driver describes it.
public struct DeviceProperties: Equatable, Sendable {
    public let ordinal: Int
    /// What its maker calls it.
    public let name: String
    /// Compute capability, such as 9.0.
    public let major: Int, minor: Int
    public let multiprocessorCount: Int
    /// Most shared memory that one block may have, bytes.
    public let sharedByteCountPerBlock: Int
    public let totalByteCount: Int

    /// The oldest generation that kernels are written for: the first with tensor cores for bf16.
    public static let leastMajor = 8

    /// The compiler's name for it, with the instructions that only this generation has.
    var architecture: String { major == 9 ? "sm_90a" : "sm_\(major)\(minor)" }

    /// - Throws: `CUDAError.noDevice`, `.callFailed`.
    init(_ calls: DriverCalls, ordinal: Int) throws(CUDAError) {
        let driver = calls.table
        let count = try Self.count(calls)
        guard (0..<count).contains(ordinal) else { throw .noDevice(ordinal: ordinal, count: count) }
        var device: CUDADeviceNumber = 0
        try calls.check("cuDeviceGet", driver.pointee.cuDeviceGet(&device, Int32(ordinal)))
        func attribute(_ number: Int) throws(CUDAError) -> Int {
            var value: Int32 = 0
            try calls.check("cuDeviceGetAttribute", driver.pointee.cuDeviceGetAttribute(&value, Int32(number), device))
            return Int(value)
        }
        var name = [CChar](repeating: 0, count: 256)
        try calls.check("cuDeviceGetName", driver.pointee.cuDeviceGetName(&name, Int32(name.count), device))
        var byteCount = 0
        try calls.check("cuDeviceTotalMem", driver.pointee.cuDeviceTotalMem_v2(&byteCount, device))
        self.ordinal = ordinal
        self.name = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        major = try attribute(CUDAAttributeMajor)
        minor = try attribute(CUDAAttributeMinor)
        multiprocessorCount = try attribute(CUDAAttributeMultiprocessors)
        sharedByteCountPerBlock = try attribute(CUDAAttributeSharedMemoryPerBlockOptin)
        totalByteCount = byteCount
        if try attribute(CUDAAttributeVirtualMemory) == 0 { throw .unsupported(device: self.name, feature: "virtual memory management") }
        if major < Self.leastMajor { throw .unsupported(device: self.name, feature: "tensor cores for bf16 (compute capability 8.0)") }
    }

    private static func count(_ calls: DriverCalls) throws(CUDAError) -> Int {
        try calls.check("cuInit", calls.table.pointee.cuInit(0))
        var count: Int32 = 0
        try calls.check("cuDeviceGetCount", calls.table.pointee.cuDeviceGetCount(&count))
        return Int(count)
    }

    /// Every device, usable or with what it lacks.
    /// - Throws: `CUDAError.callFailed` when the driver does not work at all.
    public static func all(_ libraries: CUDALibraries) throws(CUDAError) -> [Result<DeviceProperties, CUDAError>] {
        let calls = DriverCalls(table: libraries.driver)
        return (0..<(try count(calls))).map { ordinal in
            Result { () throws(CUDAError) in try DeviceProperties(calls, ordinal: ordinal) }
        }
    }
}
