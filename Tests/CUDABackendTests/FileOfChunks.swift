import Glibc
import Memory
import Testing

/// A file of reproducible bytes, and chunks in it.
final class FileOfChunks {
    let bytes: [UInt8]
    private let path: String
    private let file: StreamFile

    init(byteCount: Int, seed: UInt64) throws {
        var template = Array("/tmp/sluice-cuda-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        var state = seed
        bytes = (0..<byteCount).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // 0xff and 0x7f would make numbers that do not equal themselves.
            return UInt8(state >> 58)
        }
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        try #require(written == byteCount)
        file = try StreamFile(path, caching: .kept)
    }

    deinit { unlink(path) }

    func chunk(at offset: Int, byteCount: Int) -> StreamChunk {
        StreamChunk([StreamExtent(file: file, offset: offset, byteCount: byteCount)])
    }

    /// Makes the file end here.
    func cut(to byteCount: Int) throws { try #require(truncate(path, off_t(byteCount)) == 0) }
}
