import Glibc
import Synchronization

/// Reads ranges of files into device memory that the host can address. Files stay open as long as the reader.
public final class FileSpanReader: Sendable {
    private let descriptors = Mutex<[String: Int32]>([:])

    public init() {}

    deinit {
        for descriptor in descriptors.withLock({ $0.values }) { close(descriptor) }
    }

    /// Fills `storage` from `offset` on with the bytes `range` of a file.
    /// - Throws: `MemoryError.readFailed` for a file that cannot be read or ends before the range does.
    public func read(_ range: Range<Int>, of path: String, into storage: Storage, at offset: Int) throws(MemoryError) {
        precondition(offset + range.count <= storage.byteCount, "the range does not fit the storage")
        guard let address = storage.address else { return }
        let descriptor = try descriptor(of: path)
        var done = 0
        while done < range.count {
            let count = pread(descriptor, address + offset + done, range.count - done, off_t(range.lowerBound + done))
            if count < 0 && errno == EINTR { continue }
            if count <= 0 {
                throw .readFailed(path: path, offset: range.lowerBound + done, byteCount: range.count - done, code: count < 0 ? errno : 0)
            }
            done += count
        }
        // What was read lies in the region now; a second copy in the page cache would push other files out.
        posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_DONTNEED)
    }

    private func descriptor(of path: String) throws(MemoryError) -> Int32 {
        try descriptors.withLock { (open) throws(MemoryError) in
            if let descriptor = open[path] { return descriptor }
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { throw .readFailed(path: path, offset: 0, byteCount: 0, code: errno) }
            open[path] = descriptor
            return descriptor
        }
    }
}
