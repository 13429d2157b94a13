import Glibc
public import SystemPackage

/// Held while an engine lives, so that two never share a device. The kernel gives it back when the process ends, however it ends.
public final class WorkerLock: Sendable {
    private let file: Int32

    /// Waits until the file's lock is free.
    /// - Throws: `Errno`.
    public init(waitingFor path: FilePath) throws {
        file = open(path.string, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if file < 0 { throw Errno(rawValue: errno) }
        while flock(file, LOCK_EX) != 0 {
            let code = errno
            if code == EINTR { continue }
            _ = close(file)
            throw Errno(rawValue: code)
        }
    }

    deinit { _ = close(file) }
}
