import Glibc
import SystemPackage

/// A lock that the kernel gives back when its holder ends, however it ends.
final class FolderLock: Sendable {
    private let file: Int32

    /// - Throws: `HistoryError.locked` with the holder's process.
    init(in folder: Int32, _ name: String, path: FilePath) throws(HistoryError) {
        file = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .file(name: name, call: "open", code: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { _ = close(file) }
            guard code == EWOULDBLOCK else { throw .file(name: name, call: "flock", code: code) }
            throw .locked(path: path, process: Self.process(in: file))
        }
        let process = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, process, process.count, 0) == process.count else {
            let code = errno
            _ = close(file)
            throw .file(name: name, call: "write", code: code)
        }
    }

    deinit { _ = close(file) }

    private static func process(in file: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &text, text.count, 0)
        return Int32(String(decoding: text.prefix(max(count, 0)), as: UTF8.self).prefix { $0.isNumber })
    }
}
