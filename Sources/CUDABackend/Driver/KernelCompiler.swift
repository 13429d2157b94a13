import CCUDA
import Glibc

/// Compiles the embedded sources for a device, once: the code is kept on disk with all that it depends on.
struct KernelCompiler: @unchecked Sendable {
    // SAFETY: a table is filled once and never written again.
    let table: UnsafePointer<CUDACompiler>
    /// The compiler's name for the device, such as "sm_90".
    let architecture: String
    /// Where compiled code is kept, `nil` for nowhere.
    let cacheFolder: String?

    private var options: [String] { ["--gpu-architecture=\(architecture)", "--std=c++17"] }

    /// `$XDG_CACHE_HOME/sluice`, or `~/.cache/sluice`.
    static var defaultCacheFolder: String? {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil } }
        return (variable("XDG_CACHE_HOME") ?? variable("HOME").map { $0 + "/.cache" }).map { $0 + "/sluice" }
    }

    /// The code of one source file.
    /// - Throws: `CUDAError.compilationFailed` with what the compiler says.
    func code(of source: CUDASource, headers: [CUDASource]) throws(CUDAError) -> [UInt8] {
        guard let cacheFolder else { return try compile(source, headers) }
        let file = "\(cacheFolder)/\(String(cString: source.name))-\(architecture).cubin"
        let key = try key(source, headers)
        if let cached = Self.read(file), cached.starts(with: key), cached.count > key.count { return Array(cached[key.count...]) }
        let code = try compile(source, headers)
        Self.write(key + code, to: file)
        return code
    }

    /// All that the code depends on, which stands before it in its file.
    private func key(_ source: CUDASource, _ headers: [CUDASource]) throws(CUDAError) -> [UInt8] {
        var (major, minor): (Int32, Int32) = (0, 0)
        try check("nvrtcVersion", table.pointee.nvrtcVersion(&major, &minor))
        let texts = ([source] + headers).flatMap { [String(cString: $0.name), String(cString: $0.text)] }
        return (texts + options + ["\(major).\(minor)"]).flatMap { Array($0.utf8) + [0] }
    }

    private func compile(_ source: CUDASource, _ headers: [CUDASource]) throws(CUDAError) -> [UInt8] {
        var made: CUDAProgram?
        let create = table.pointee.nvrtcCreateProgram(
            &made, source.text, source.name, Int32(headers.count), headers.map { Optional($0.text) }, headers.map { Optional($0.name) })
        try check("nvrtcCreateProgram", create)
        guard let program = made else { throw .callFailed(call: "nvrtcCreateProgram", code: 0, name: "NVRTC", text: "no program") }
        defer { _ = table.pointee.nvrtcDestroyProgram(&made) }
        let copies = options.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        if table.pointee.nvrtcCompileProgram(program, Int32(copies.count), copies.map { UnsafePointer($0) }) != 0 {
            let log = try bytes("nvrtcGetProgramLog", program, table.pointee.nvrtcGetProgramLogSize, table.pointee.nvrtcGetProgramLog)
            let text = String(decoding: log.prefix { $0 != 0 }, as: UTF8.self)
            throw .compilationFailed(source: String(cString: source.name), architecture: architecture, log: text)
        }
        return try bytes("nvrtcGetCUBIN", program, table.pointee.nvrtcGetCUBINSize, table.pointee.nvrtcGetCUBIN)
    }

    private func bytes(
        _ call: String, _ program: CUDAProgram, _ size: (CUDAProgram, UnsafeMutablePointer<Int>) -> Int32,
        _ get: (CUDAProgram, UnsafeMutablePointer<CChar>) -> Int32
    ) throws(CUDAError) -> [UInt8] {
        var byteCount = 0
        try check(call, size(program, &byteCount))
        var bytes = [CChar](repeating: 0, count: byteCount)
        try check(call, get(program, &bytes))
        return bytes.map(UInt8.init(bitPattern:))
    }

    private func check(_ call: String, _ code: Int32) throws(CUDAError) {
        if code != 0 { throw .callFailed(call: call, code: code, name: "NVRTC", text: "error of the run-time compiler") }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rbe") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return ferror(file) == 0 && !bytes.isEmpty ? bytes : nil
    }

    /// Beside its place first, so that no reader sees half of it. A folder that cannot be written costs the next start its compilation.
    private static func write(_ bytes: [UInt8], to path: String) {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        let temporary = "\(path).\(getpid())"
        guard let file = fopen(temporary, "wbe") else { return }
        let written = fwrite(bytes, 1, bytes.count, file)
        if fclose(file) != 0 || written != bytes.count || rename(temporary, path) != 0 { unlink(temporary) }
    }
}
