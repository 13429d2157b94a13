import Glibc

/// A small text file that the kernel writes anew for every reader.
struct KernelFile {
    /// All of it, empty where there is no such file.
    let text: String

    init(_ path: String) {
        guard let file = fopen(path, "re") else {
            text = ""
            return
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Lines of words.
    var lines: [[Substring]] { text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) } }

    /// The number after a line's first word.
    func field(_ name: String) -> Int? {
        lines.first { $0.first.map(String.init) == name }.flatMap { $0.count > 1 ? Int($0[1]) : nil }
    }

    /// The whole file as a number; `nil` for no file and for "max".
    var number: Int? { lines.first?.first.flatMap { Int($0) } }
}
