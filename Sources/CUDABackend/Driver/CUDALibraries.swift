package import CCUDA
import Glibc

/// The libraries as found at run time: nothing of them is needed to build.
///
/// SAFETY: tables are filled once and never written again; their calls may come from any thread.
public struct CUDALibraries: @unchecked Sendable {
    /// Folders named here, separated by colons, are searched before all others.
    public static let environmentVariable = "SLUICE_CUDA_LIBRARIES"
    /// The newest version of CUDA first, of those whose libraries Sluice knows.
    private static let majors = [13, 12]

    let driver: UnsafePointer<CUDADriver>
    let compiler: UnsafePointer<CUDACompiler>
    let products: UnsafePointer<CUDAProducts>

    package init(driver: UnsafePointer<CUDADriver>, compiler: UnsafePointer<CUDACompiler>, products: UnsafePointer<CUDAProducts>) {
        (self.driver, self.compiler, self.products) = (driver, compiler, products)
    }

    /// Opens all of them, of the newest version of CUDA that the driver serves.
    /// - Throws: `CUDAError.libraryMissing`, `.callMissing`, `.callFailed`.
    public init() throws(CUDAError) {
        driver = try Self.open(.driver, cudaDriverOpen)
        var version: Int32 = 0
        try DriverCalls(table: driver).check("cuDriverGetVersion", driver.pointee.cuDriverGetVersion(&version))
        compiler = try Self.open(.compiler, upTo: Int(version) / 1000, cudaCompilerOpen)
        products = try Self.open(.products, upTo: Int(version) / 1000, cudaProductsOpen)
    }

    private static func open<Table>(
        _ name: CUDALibraryName, upTo major: Int = majors[0],
        _ open: (UnsafePointer<CChar>, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> UnsafePointer<Table>?
    ) throws(CUDAError) -> UnsafePointer<Table> {
        var missing: UnsafePointer<CChar>?
        for path in candidates(name, upTo: major) {
            if let table = open(path, &missing) { return table }
            if let missing { throw .callMissing(call: String(cString: missing), path: path) }
        }
        throw .libraryMissing(name)
    }

    /// Path of a library, `nil` if it is nowhere.
    public static func find(_ name: CUDALibraryName) -> String? {
        candidates(name, upTo: majors[0]).first { dlopen($0, RTLD_LAZY).map { dlclose($0) == 0 } ?? false }
    }

    /// Paths to try, in order. A name without a folder is looked up by the loader.
    private static func candidates(_ name: CUDALibraryName, upTo supported: Int) -> [String] {
        let files = name == .driver ? ["libcuda.so.1"] : majors.filter { $0 <= supported }.map { "\(name.rawValue).so.\($0)" }
        // Containers and Windows' subsystem have folders of their own for the driver.
        let folders = name == .driver ? ["/usr/local/nvidia/lib64", "/usr/lib/wsl/lib"] : installed
        return files.flatMap { file in list(environmentVariable).map { "\($0)/\(file)" } + [file] + folders.map { "\($0)/\(file)" } }
    }

    /// Folders of toolkits, and of the wheels on PyPI.
    private static var installed: [String] {
        let toolkits = [list("CUDA_HOME"), list("CUDA_PATH"), matches("/usr/local/cuda"), matches("/usr/local/cuda-1*")].joined()
        let environments = [
            list("VIRTUAL_ENV"), [".venv"], executableFolders, list("HOME").map { $0 + "/.local" }, ["/usr/local", "/usr"],
        ]
        let wheels = environments.joined().flatMap { matches($0 + "/lib/python3*/*-packages/nvidia/*/lib") }
        return toolkits.flatMap { [$0 + "/lib64", $0 + "/targets/x86_64-linux/lib"] } + wheels
    }

    /// The virtual environment that `make setup-cuda` makes, from where the command line is built: .build/release/sluice.
    private static var executableFolders: [String] {
        guard let path = realpath("/proc/self/exe", nil) else { return [] }
        defer { free(path) }
        let parts = String(cString: path).split(separator: "/")
        return (1...4).filter { $0 < parts.count }.map { "/" + parts.dropLast($0).joined(separator: "/") + "/.venv" }
    }

    private static func list(_ variable: String) -> [String] {
        getenv(variable).map { String(cString: $0).split(separator: ":").map(String.init) } ?? []
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}

/// The driver's table with its errors in words.
struct DriverCalls: @unchecked Sendable {
    // SAFETY: a table is filled once and never written again.
    let table: UnsafePointer<CUDADriver>

    /// - Throws: `CUDAError.callFailed` unless `code` is success.
    func check(_ call: String, _ code: CUDAResult) throws(CUDAError) {
        if code == 0 { return }
        var name: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        _ = table.pointee.cuGetErrorName(code, &name)
        _ = table.pointee.cuGetErrorString(code, &text)
        throw .callFailed(
            call: call, code: code, name: name.map { String(cString: $0) } ?? "no name",
            text: text.map { String(cString: $0) } ?? "no description")
    }
}
