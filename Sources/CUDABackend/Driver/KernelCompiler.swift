import CCUDA
import Glibc

/// Compiles the embedded sources for a device, once: the code is kept on disk and found again by all that it depends on.
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
        let file = try cacheFile(source, headers)
        if let cached = file.flatMap(Self.read) { return cached }
        let code = try compile(source, headers)
        if let file { Self.write(code, to: file) }
        return code
    }

    private func cacheFile(_ source: CUDASource, _ headers: [CUDASource]) throws(CUDAError) -> String? {
        var (major, minor): (Int32, Int32) = (0, 0)
        try check("nvrtcVersion", table.pointee.nvrtcVersion(&major, &minor))
        guard let cacheFolder else { return nil }
        var hash = FNV1a()
        for file in [source] + headers {
            hash.add(String(cString: file.name))
            hash.add(String(cString: file.text))
        }
        for option in options { hash.add(option) }
        hash.add("\(major).\(minor)")
        return "\(cacheFolder)/\(String(cString: source.name))-\(String(hash.value, radix: 16)).cubin"
    }

    private func compile(_ source: CUDASource, _ headers: [CUDASource]) throws(CUDAError) -> [UInt8] {
        let texts = headers.map { Optional($0.text) }
        let names = headers.map { Optional($0.name) }
        var made: CUDAProgram?
        let create = texts.withUnsafeBufferPointer { texts in
            names.withUnsafeBufferPointer { names in
                table.pointee.nvrtcCreateProgram(
                    &made, source.text, source.name, Int32(headers.count), Self.strings(texts), Self.strings(names))
            }
        }
        try check("nvrtcCreateProgram", create)
        guard let program = made else { throw .callFailed(call: "nvrtcCreateProgram", code: 0, name: "NVRTC", text: "no program") }
        defer { _ = table.pointee.nvrtcDestroyProgram(&made) }
        let copies = options.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let result = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
            table.pointee.nvrtcCompileProgram(program, Int32(options.count), Self.strings($0))
        }
        if result != 0 {
            let log = try bytes("nvrtcGetProgramLog", program, table.pointee.nvrtcGetProgramLogSize, table.pointee.nvrtcGetProgramLog)
            let text = String(decoding: log.prefix { $0 != 0 }, as: UTF8.self)
            throw .compilationFailed(source: String(cString: source.name), architecture: architecture, log: text)
        }
        return try bytes("nvrtcGetCUBIN", program, table.pointee.nvrtcGetCUBINSize, table.pointee.nvrtcGetCUBIN)
    }

    // SAFETY: none of the strings is absent, so the two pointer types say the same.
    private static func strings(
        _ strings: UnsafeBufferPointer<UnsafePointer<CChar>?>
    ) -> UnsafePointer<UnsafePointer<CChar>>? {
        strings.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: UnsafePointer<CChar>.self) }
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

/// The hash of Fowler, Noll and Vo with 128 bits, variant 1a (RFC 9923), over strings that end with a zero byte.
private struct FNV1a {
    private(set) var value: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    mutating func add(_ text: String) {
        for byte in text.utf8 + [0] { value = (value ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b }
    }
}
