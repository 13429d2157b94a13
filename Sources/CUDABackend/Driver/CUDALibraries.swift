package import CCUDA
import Glibc

/// The libraries as found at run time: nothing of them is needed to build.
///
/// SAFETY: tables are filled once and never written again; their calls may come from any thread.
public struct CUDALibraries: @unchecked Sendable {
    /// Where a library was found.
    public struct Found: Equatable, Sendable {
        public let path: String
        /// Major version of CUDA that it belongs to; 0 for the driver, which serves them all.
        public let major: Int
    }

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

    /// Opens all of them.
    /// - Throws: `CUDAError.libraryMissing`, `.callMissing`, `.callFailed`.
    public init() throws(CUDAError) {
        driver = try Self.openDriver()
        let supported = try Self.supportedMajor(driver)
        compiler = try Self.open(.compiler, upTo: supported, cudaCompilerOpen)
        products = try Self.open(.products, upTo: supported, cudaProductsOpen)
    }

    private static func openDriver() throws(CUDAError) -> UnsafePointer<CUDADriver> {
        try open(.driver, upTo: 0, cudaDriverOpen)
    }

    /// The newest version of CUDA that the driver serves.
    private static func supportedMajor(_ driver: UnsafePointer<CUDADriver>) throws(CUDAError) -> Int {
        var version: Int32 = 0
        try DriverCalls(table: driver).check("cuDriverGetVersion", driver.pointee.cuDriverGetVersion(&version))
        return Int(version) / 1000
    }

    private static func open<Table>(
        _ name: CUDALibraryName, upTo major: Int,
        _ open: (UnsafePointer<CChar>, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> UnsafePointer<Table>?
    ) throws(CUDAError) -> UnsafePointer<Table> {
        var missing: UnsafePointer<CChar>?
        for (path, _) in candidates(name, upTo: major) {
            if let table = open(path, &missing) { return table }
            if let missing { throw .callMissing(call: String(cString: missing), path: path) }
        }
        throw .libraryMissing(name)
    }

    /// Where a library is, `nil` if it is nowhere.
    public static func find(_ name: CUDALibraryName) -> Found? {
        for (path, major) in candidates(name, upTo: majors[0]) {
            guard let handle = dlopen(path, RTLD_LAZY) else { continue }
            defer { dlclose(handle) }
            return Found(path: path, major: major)
        }
        return nil
    }

    /// Names to try, in order. A name without a folder is looked up by the loader.
    private static func candidates(_ name: CUDALibraryName, upTo supported: Int) -> [(path: String, major: Int)] {
        let files =
            name == .driver
            ? [("libcuda.so.1", 0)] : majors.filter { $0 <= supported }.map { ("\(name.rawValue).so.\($0)", $0) }
        let named = list(environmentVariable)
        return files.flatMap { file, major in
            named.map { ("\($0)/\(file)", major) } + [(file, major)]
                + (name == .driver ? drivers : installed).map { ("\($0)/\(file)", major) }
        }
    }

    /// Where containers and Windows' subsystem put the driver.
    private static let drivers = ["/usr/local/nvidia/lib64", "/usr/lib/wsl/lib"]

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
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.map { readlink("/proc/self/exe", $0, bytes.count) } ?? 0 }
        }
        guard count > 0 else { return [] }
        let parts = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "/")
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
