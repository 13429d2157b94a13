import CCUDA
import SIMTEmulator
import Testing

@testable import CUDABackend

/// The kernels go through NVIDIA's own compiler, which needs no device.
struct KernelCompilationTests {
    private static let architectures = ["sm_80", "sm_86", "sm_89", "sm_90a", "sm_120"]

    private static var sources: [CUDASource] {
        var count = 0
        return Array(UnsafeBufferPointer(start: cudaSources(&count), count: count))
    }

    @Test(arguments: architectures)
    func `every kernel compiles, and the emulator knows each of them`(architecture: String) throws {
        let path = try #require(CUDALibraries.find(.compiler), "libnvrtc is not here; make setup-compiler brings it")
        var missing: UnsafePointer<CChar>?
        let table = try #require(cudaCompilerOpen(path, &missing))
        let compiler = KernelCompiler(table: table, architecture: architecture, cacheFolder: nil)
        let headers = Self.sources.filter(\.isHeader)
        var compiled: Set<String> = []
        for source in Self.sources where !source.isHeader {
            compiled.formUnion(KernelModules.kernels(in: try compiler.code(of: source, headers: headers)))
        }
        let emulated = (0..<simt_kernel_count()).map { String(cString: simt_kernel_name($0)) }
        // Those that end so are for one generation alone.
        #expect(compiled == Set(emulated.filter { architecture == "sm_90a" || !$0.hasSuffix("Hopper") }))
        print("nvrtc: \(compiled.count) kernels compile for \(architecture)")
    }
}
