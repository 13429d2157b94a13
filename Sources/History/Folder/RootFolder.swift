import FoundationEssentials
import Glibc
import SystemPackage

/// A folder opened once. Names are relative to it, with "/" between components; no link is followed and nothing outside is reached,
/// whatever a name says.
final class RootFolder: Sendable {
    let path: FilePath
    private let descriptor: Int32

    /// Opens the folder, or makes it.
    init(_ path: FilePath) throws(HistoryError) {
        self.path = path
        if mkdir(path.string, 0o777) != 0, errno != EEXIST { throw Self.failure(path.string, "mkdir") }
        descriptor = open(path.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw Self.failure(path.string, "open") }
    }

    deinit { _ = close(descriptor) }

    /// What stands under a name.
    struct Entry: Equatable {
        let isFile, isFolder: Bool
        let byteCount: Int
        let modifiedAt: Timestamp
    }

    /// `nil` if there is nothing.
    func entry(_ name: String) throws(HistoryError) -> Entry? {
        try optional { () throws(HistoryError) in
            try inParent(of: name) { parent, last throws(HistoryError) in try entry(last, in: parent) }
        }
    }

    private func entry(_ name: String, in folder: Int32) throws(HistoryError) -> Entry {
        var status = stat()
        try check(fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW), name, "stat")
        let kind = status.st_mode & S_IFMT
        return Entry(
            isFile: kind == S_IFREG, isFolder: kind == S_IFDIR, byteCount: Int(status.st_size),
            modifiedAt: Int64(status.st_mtim.tv_sec) * 1000)
    }

    /// Opens a file for reading; devices, pipes and links are refused.
    func openFile(_ name: String) throws(HistoryError) -> FileDescriptor {
        try inParent(of: name) { parent, last throws(HistoryError) in
            // Without O_NONBLOCK, a pipe in the file's place would be waited for.
            let file = openat(parent, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            try check(file, name, "open")
            var status = stat()
            guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                _ = close(file)
                throw .file(name: name, call: "open", code: EINVAL)
            }
            return FileDescriptor(rawValue: file)
        }
    }

    func read(_ name: String) throws(HistoryError) -> [UInt8] {
        let file = try openFile(name)
        do {
            return try file.closeAfter {
                let count = Int(try file.seek(offset: 0, from: .end))
                return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                    while initialized < count {
                        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...])
                        let read = try file.read(fromAbsoluteOffset: Int64(initialized), into: rest)
                        if read == 0 { return }
                        initialized += read
                    }
                }
            }
        } catch {
            throw .file(name: name, call: "read", code: (error as? Errno)?.rawValue ?? EIO)
        }
    }

    /// Writes a file that appears whole or not at all; folders on the way are made.
    func write(_ bytes: [UInt8], to name: String) throws(HistoryError) {
        try makeParents(of: name)
        try inParent(of: name) { parent, last throws(HistoryError) in
            let temporary = ".\(last).\(String(UInt64.random(in: 0...UInt64.max), radix: 16)).part"
            let file = openat(parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
            try check(file, name, "open")
            defer { _ = close(file) }
            do {
                _ = try FileDescriptor(rawValue: file).writeAll(bytes)
                try check(fsync(file), name, "fsync")
                try check(renameat(parent, temporary, parent, last), name, "rename")
                try check(fsync(parent), name, "fsync")
            } catch {
                unlinkat(parent, temporary, 0)
                if let error = error as? HistoryError { throw error }
                throw Self.failure(name, "write", (error as? Errno)?.rawValue ?? EIO)
            }
        }
    }

    /// Moves a file and makes its new name durable; folders on the way are made.
    func rename(_ name: String, to destination: String) throws(HistoryError) {
        try makeParents(of: destination)
        try inParent(of: name) { from, old throws(HistoryError) in
            try inParent(of: destination) { to, new throws(HistoryError) in
                try check(renameat(from, old, to, new), destination, "rename")
                try check(fsync(to), destination, "fsync")
            }
        }
    }

    /// Gives a file a second name.
    func link(_ name: String, to destination: String) throws(HistoryError) {
        try makeParents(of: destination)
        try inParent(of: name) { from, old throws(HistoryError) in
            try inParent(of: destination) { to, new throws(HistoryError) in
                try check(linkat(from, old, to, new, 0), destination, "link")
                try check(fsync(to), destination, "fsync")
            }
        }
    }

    /// Makes a file's bytes durable.
    func flush(_ name: String) throws(HistoryError) {
        let file = try openFile(name)
        defer { _ = close(file.rawValue) }
        try check(fsync(file.rawValue), name, "fsync")
    }

    /// Removes a file durably; one that is gone already is fine.
    func remove(_ name: String) throws(HistoryError) {
        _ = try optional { () throws(HistoryError) in
            try inParent(of: name) { parent, last throws(HistoryError) in
                try check(unlinkat(parent, last, 0), name, "unlink")
                try check(fsync(parent), name, "fsync")
            }
        }
    }

    /// Names in a folder, sorted; empty if there is no such folder.
    func names(in name: String) throws(HistoryError) -> [String] {
        guard try entry(name)?.isFolder == true else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path.appending(name).string).sorted()
        } catch {
            throw .file(name: name, call: "readdir", code: EIO)
        }
    }

    /// Every file below a folder by name relative to it, in order; links and other kinds are left out.
    func files(below folder: String) throws(HistoryError) -> [(name: String, entry: Entry)] {
        let names = try names(in: folder)
        guard let first = names.first else { return [] }
        var found: [(name: String, entry: Entry)] = []
        try inParent(of: folder + "/" + first) { parent, _ throws(HistoryError) in
            for name in names {
                guard let entry = try optional({ () throws(HistoryError) in try self.entry(name, in: parent) }) else { continue }
                if entry.isFile { found.append((name, entry)) }
                if entry.isFolder { found += try files(below: folder + "/" + name).map { (name + "/" + $0.name, $0.entry) } }
            }
        }
        return found
    }

    func makeFolder(_ name: String) throws(HistoryError) {
        try makeParents(of: name + "/.")
    }

    /// Bytes that this process may still write.
    func freeByteCount() throws(HistoryError) -> Int {
        var status = statvfs()
        try check(fstatvfs(descriptor, &status), path.string, "statvfs")
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// The lock that goes with this open file, until it is closed, also by the end of the process.
    func lock(_ name: String) throws(HistoryError) -> FolderLock {
        try FolderLock(in: descriptor, name, path: path.appending(name))
    }
}

/// Walking to a name, one component at a time.
extension RootFolder {
    private func inParent<R>(of name: String, _ body: (Int32, String) throws(HistoryError) -> R) throws(HistoryError) -> R {
        let components = try Self.components(name)
        var folder = dup(descriptor)
        try check(folder, name, "dup")
        defer { _ = close(folder) }
        for component in components.dropLast() {
            let next = openat(folder, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            try check(next, name, "open")
            _ = close(folder)
            folder = next
        }
        return try body(folder, components[components.count - 1])
    }

    private func makeParents(of name: String) throws(HistoryError) {
        let components = name.split(separator: "/").dropLast()
        for count in 1..<components.count + 1 {
            let folder = components.prefix(count).joined(separator: "/")
            if try entry(folder)?.isFolder == true { continue }
            try inParent(of: folder) { parent, last throws(HistoryError) in
                if mkdirat(parent, last, 0o777) != 0, errno != EEXIST { throw Self.failure(folder, "mkdir") }
                try check(fsync(parent), folder, "fsync")
            }
        }
    }

    private static func components(_ name: String) throws(HistoryError) -> [String] {
        let components = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard components.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }) else { throw .invalidName(name) }
        return components
    }

    private func optional<R>(_ body: () throws(HistoryError) -> R) throws(HistoryError) -> R? {
        do throws(HistoryError) {
            return try body()
        } catch .file(_, _, ENOENT) {
            return nil
        }
    }

    private func check(_ result: Int32, _ name: String, _ call: String) throws(HistoryError) {
        if result < 0 { throw Self.failure(name, call) }
    }

    private static func failure(_ name: String, _ call: String, _ code: Int32 = errno) -> HistoryError {
        code == ENOSPC || code == EDQUOT ? .diskFull(freeBytes: nil, minimumBytes: nil) : .file(name: name, call: call, code: code)
    }
}
