import Glibc
public import SystemPackage

/// A file that appears whole or not at all, also when the disk is full, the process is killed or the machine loses power.
public struct AtomicFile: Sendable {
    private let path: FilePath
    private let folder: FilePath

    public init(_ path: FilePath) {
        self.path = path
        let parent = path.removingLastComponent()
        folder = parent.isEmpty ? "." : parent
    }

    /// - Throws: `GalleryError.notARegularFile` or `.unwritable`; then whatever was there before is untouched.
    public func write(_ bytes: [UInt8]) throws(GalleryError) {
        try refuseOtherKinds()
        let (temporary, descriptor) = try create()
        // Once the bytes are flushed, closing cannot lose them.
        defer { _ = close(descriptor.rawValue) }
        do throws(GalleryError) {
            try call("write") { _ = try descriptor.writeAll(bytes) }
            try call("fsync") { try check(fsync(descriptor.rawValue)) }
            try call("rename") { try check(rename(temporary.string, path.string)) }
        } catch {
            unlink(temporary.string)
            throw error
        }
        try flushFolder()
    }

    /// Everything that `write` needs but room.
    /// - Throws: `GalleryError.notARegularFile` or `.unwritable`.
    public func checkWritable() throws(GalleryError) {
        try refuseOtherKinds()
        let (temporary, descriptor) = try create()
        unlink(temporary.string)
        _ = close(descriptor.rawValue)
    }

    /// Renaming would put a file in the place of a device such as /dev/null.
    private func refuseOtherKinds() throws(GalleryError) {
        guard path.lastComponent != nil else { throw .notARegularFile(path: path) }
        var status = stat()
        if stat(path.string, &status) == 0, status.st_mode & S_IFMT != S_IFREG { throw .notARegularFile(path: path) }
    }

    /// A new file beside `path`; its name is short whatever the name it will get.
    private func create() throws(GalleryError) -> (FilePath, FileDescriptor) {
        let name = ".sluice-\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 16)).part"
        let temporary = folder.appending(name)
        let descriptor = try call("open") {
            try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        }
        return (temporary, descriptor)
    }

    /// Makes the new name itself survive a loss of power.
    private func flushFolder() throws(GalleryError) {
        let descriptor = try call("open") { try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]) }
        defer { _ = close(descriptor.rawValue) }
        try call("fsync") { try check(fsync(descriptor.rawValue)) }
    }

    private func check(_ result: Int32) throws(Errno) {
        if result != 0 { throw Errno(rawValue: errno) }
    }

    private func call<R>(_ name: String, _ body: () throws -> R) throws(GalleryError) -> R {
        do {
            return try body()
        } catch {
            throw .unwritable(path: path, call: name, code: (error as? Errno)?.rawValue ?? EIO)
        }
    }
}
