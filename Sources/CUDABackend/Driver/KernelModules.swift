import CCUDA
import Synchronization

/// The kernels of all sources, loaded on the device.
///
/// SAFETY: handles never change once they are in the table, which has a lock.
final class KernelModules: @unchecked Sendable {
    private let calls: DriverCalls
    private let modules: [String: CUDAModuleHandle]
    private let functions = Mutex<[Kernel: UInt]>([:])
    private let sharedByteCount: Int

    /// Compiles what is not cached, and loads everything: nothing is loaded later, when memory is planned.
    init(_ calls: DriverCalls, _ compiler: KernelCompiler, sharedByteCountPerBlock: Int) throws(CUDAError) {
        self.calls = calls
        sharedByteCount = sharedByteCountPerBlock
        var count = 0
        let sources = Array(UnsafeBufferPointer(start: cudaSources(&count), count: count))
        let headers = sources.filter(\.isHeader)
        var modules: [String: CUDAModuleHandle] = [:]
        var names: [Kernel] = []
        for source in sources where !source.isHeader {
            let code = try compiler.code(of: source, headers: headers)
            var module: CUDAModuleHandle?
            // A cubin says how long it is, so nothing marks its end.
            try calls.check(
                "cuModuleLoadData", code.withUnsafeBytes { $0.baseAddress.map { calls.table.pointee.cuModuleLoadData(&module, $0) } ?? 0 })
            modules[String(cString: source.name)] = module
            names += Self.kernels(in: code).map { Kernel(source: String(cString: source.name), name: $0) }
        }
        self.modules = modules
        for name in names {
            // A function that kernels call is in the code too, and no kernel.
            do throws(CUDAError) { _ = try function(name) } catch { if case .kernelMissing = error { continue } else { throw error } }
        }
    }

    deinit { for module in modules.values { _ = calls.table.pointee.cuModuleUnload(module) } }

    /// - Throws: `CUDAError.kernelMissing`.
    func function(_ kernel: Kernel) throws(CUDAError) -> CUDAFunctionHandle {
        if let known = functions.withLock({ $0[kernel] }), let handle = CUDAFunctionHandle(bitPattern: known) { return handle }
        var found: CUDAFunctionHandle?
        guard let module = modules[kernel.source], calls.table.pointee.cuModuleGetFunction(&found, module, kernel.name) == 0,
            let found
        else { throw .kernelMissing(source: kernel.source, name: kernel.name) }
        // Beyond 48 KiB a block's shared memory has to be asked for; what the kernel declares counts.
        var declared: Int32 = 0
        let driver = calls.table
        let attribute = Int32(CUDAFunctionSharedByteCount)
        try calls.check("cuFuncGetAttribute", driver.pointee.cuFuncGetAttribute(&declared, attribute, found))
        let most = Int32(sharedByteCount) - declared
        let limit = Int32(CUDAFunctionMaximumDynamicShared)
        try calls.check("cuFuncSetAttribute", driver.pointee.cuFuncSetAttribute(found, limit, most))
        functions.withLock { [address = UInt(bitPattern: found)] in $0[kernel] = address }
        return found
    }

    /// Names of a cubin's kernels: each has a section called ".text." and its name, and section names end with a zero byte.
    static func kernels(in code: [UInt8]) -> [String] {
        let prefix = Array(".text.".utf8)
        var names: Set<String> = []
        for start in code.indices.dropLast(prefix.count) where code[start] == prefix[0] && code[start...].starts(with: prefix) {
            let isWhole = start > 0 && code[start - 1] == 0
            if isWhole { names.insert(String(decoding: code[(start + prefix.count)...].prefix { $0 != 0 }, as: UTF8.self)) }
        }
        return names.sorted()
    }
}
