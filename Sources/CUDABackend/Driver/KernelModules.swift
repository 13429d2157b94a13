import CCUDA

/// The kernels of all sources, loaded on the device, by their `extern "C"` names.
///
/// SAFETY: handles never change.
final class KernelModules: @unchecked Sendable {
    private let calls: DriverCalls
    private var modules: [CUDAModuleHandle] = []
    private var functions: [String: CUDAFunctionHandle] = [:]

    /// Compiles what is not cached, and loads everything: nothing is loaded later, when memory is planned.
    init(_ calls: DriverCalls, _ compiler: KernelCompiler, sharedByteCountPerBlock: Int) throws(CUDAError) {
        self.calls = calls
        var count = 0
        let sources = Array(UnsafeBufferPointer(start: cudaSources(&count), count: count))
        let headers = sources.filter(\.isHeader)
        for source in sources where !source.isHeader {
            let code = try compiler.code(of: source, headers: headers)
            var module: CUDAModuleHandle?
            // A cubin says how long it is, so nothing marks its end.
            try calls.check("cuModuleLoadData", calls.table.pointee.cuModuleLoadData(&module, code))
            guard let module else { continue }
            modules.append(module)
            for name in Self.kernels(in: code) {
                var function: CUDAFunctionHandle?
                // A function that kernels call is in the code too, and no kernel.
                guard calls.table.pointee.cuModuleGetFunction(&function, module, name) == 0, let function else { continue }
                // Beyond 48 KiB a block's shared memory has to be asked for. Kernels declare none besides what a launch gives them.
                let limit = (Int32(CUDAFunctionMaximumDynamicShared), Int32(sharedByteCountPerBlock))
                try calls.check("cuFuncSetAttribute", calls.table.pointee.cuFuncSetAttribute(function, limit.0, limit.1))
                functions[name] = function
            }
        }
    }

    deinit { for module in modules { _ = calls.table.pointee.cuModuleUnload(module) } }

    /// - Throws: `CUDAError.kernelMissing`.
    func function(_ name: String) throws(CUDAError) -> CUDAFunctionHandle {
        guard let known = functions[name] else { throw .kernelMissing(name: name) }
        return known
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
