import Glibc
import SystemPackage

/// A regular file mapped for reading; unmapped when the last reference goes.
///
/// SAFETY: the mapping is private and read-only and its address never changes. Shortening the file while it is mapped is
/// outside of what a reader can guard against (the kernel raises SIGBUS); its size is checked when it is opened.
final class MappedFile: @unchecked Sendable {
    let path: FilePath
    let bytes: UnsafeRawBufferPointer

    init(_ path: FilePath) throws(WeightsProblem) {
        self.path = path
        let descriptor: FileDescriptor
        do {
            // Without nonBlocking, a pipe in the file's place would be waited for.
            descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch let error as Errno {
            throw .unreadable(file: path, call: "open", code: error.rawValue)
        } catch {
            throw .unreadable(file: path, call: "open", code: EIO)
        }
        defer { _ = close(descriptor.rawValue) }
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else { throw .unreadable(file: path, call: "fstat", code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(file: path) }
        guard status.st_size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let count = Int(status.st_size)
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor.rawValue, 0), address != MAP_FAILED else {
            throw .unreadable(file: path, call: "mmap", code: errno)
        }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
    }

    /// The bytes of a range, valid as long as the file is kept.
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    /// Asks the kernel to read a range ahead; a hint, so its failure changes nothing but time.
    func willNeed(_ range: Range<Int>) {
        guard let address = bytes.baseAddress else { return }
        let start = range.lowerBound / Int(getpagesize()) * Int(getpagesize())
        _ = madvise(UnsafeMutableRawPointer(mutating: address + start), range.upperBound - start, MADV_WILLNEED)
    }
}
