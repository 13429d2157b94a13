import FoundationEssentials
import Glibc
import History
import SystemPackage

/// Tells models apart: a digest over the names, sizes and bytes of a folder's files. Of large files only the first mebibyte, where
/// names, types and shapes of weights are, and samples spread over the rest are read, so that it takes milliseconds.
enum ModelFingerprint {
    private static let wholeFileLimit = 64 << 20
    private static let headByteCount = 1 << 20
    private static let sampleCount = 256
    private static let sampleByteCount = 4096

    /// "sha256:" and 64 hexadecimal digits.
    /// - Throws: `Errno`, `CocoaError` if a file cannot be read.
    static func of(_ folder: FilePath) throws -> String {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.string).sorted()
        var summary = ""
        for name in names {
            var status = stat()
            guard stat(folder.appending(name).string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            summary += "\(name)\n\(status.st_size)\n\(try digest(folder.appending(name), byteCount: Int(status.st_size)))\n"
        }
        return "sha256:" + SHA256.hexadecimal(of: Array(summary.utf8))
    }

    private static func digest(_ path: FilePath, byteCount: Int) throws -> String {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            if byteCount <= wholeFileLimit { return SHA256.hexadecimal(of: try bytes(of: file, 0..<byteCount)) }
            var read = try bytes(of: file, 0..<headByteCount)
            let spread = byteCount - headByteCount - sampleByteCount
            for index in 0..<sampleCount {
                let offset = headByteCount + spread / (sampleCount - 1) * index
                read += try bytes(of: file, offset..<offset + sampleByteCount)
            }
            return SHA256.hexadecimal(of: read)
        }
    }

    private static func bytes(of file: FileDescriptor, _ range: Range<Int>) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, initialized in
            while initialized < range.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized..<range.count])
                let count = try file.read(fromAbsoluteOffset: Int64(range.lowerBound + initialized), into: rest)
                if count == 0 { throw Errno.ioError }
                initialized += count
            }
        }
    }
}
