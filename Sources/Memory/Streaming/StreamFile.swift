import Glibc

/// A file that weights are streamed from; closed when the last reference goes.
public final class StreamFile: Sendable {
    /// What becomes of the kernel's copy of what was read.
    public enum Caching: Sendable {
        /// None is made where the file system can do that; otherwise as `dropped`.
        case bypassed
        /// It is given up behind the reader, so that it does not crowd a small control group.
        case dropped
        /// It is left to the kernel, for a file that is read again soon and fits in memory.
        case kept
    }

    /// Where the file is, as errors name it.
    public let path: String
    /// What becomes of the kernel's copy; never `bypassed` where the file system cannot.
    public let caching: Caching
    /// What offsets, sizes and addresses of reads are multiples of that bypass the cache.
    static let blockByteCount = 4096
    let descriptor: Int32

    /// Opens a file.
    /// - Throws: `StreamError.openFailed`.
    public init(_ path: String, caching: Caching = .bypassed) throws(StreamError) {
        self.path = path
        if caching == .bypassed, let descriptor = Self.openBypassing(path) {
            self.descriptor = descriptor
            self.caching = .bypassed
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .openFailed(file: path, code: errno) }
        self.caching = caching == .bypassed ? .dropped : caching
    }

    deinit { close(descriptor) }

    /// Some file systems refuse to open, others only to read.
    private static func openBypassing(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | LinuxCalls.openDirect)
        guard descriptor >= 0 else { return nil }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockByteCount, alignment: blockByteCount)
        defer { block.deallocate() }
        if pread(descriptor, block.baseAddress, block.count, 0) >= 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// Reads `byteCount` bytes at `offset`, of which the first `needed` must be there.
    func read(at offset: Int, byteCount: Int, needed: Int, into target: UnsafeMutableRawPointer) throws(StreamError) {
        var found = 0
        while found < needed {
            let count = pread(descriptor, target + found, byteCount - found, off_t(offset + found))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .readFailed(file: path, offset: offset + found, byteCount: byteCount - found, code: errno) }
            found += count
            // Only the end of a file cuts a block in two.
            let isAtEnd = count == 0 || caching == .bypassed && found % Self.blockByteCount != 0
            guard !isAtEnd || found >= needed else {
                throw .truncated(file: path, offset: offset, expectedByteCount: needed, foundByteCount: found)
            }
        }
        // A hint: failing, it changes nothing but what others find in the cache.
        if caching == .dropped { _ = posix_fadvise(descriptor, off_t(offset), off_t(byteCount), POSIX_FADV_DONTNEED) }
    }
}
