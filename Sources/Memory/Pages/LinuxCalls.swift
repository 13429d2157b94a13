import Glibc

/// Calls that Linux has beyond POSIX. The C library hides them from Swift behind a feature macro, so they are looked up by name.
enum LinuxCalls {
    private typealias MemfdCreate = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32
    private typealias Fallocate = @convention(c) (Int32, Int32, off_t, off_t) -> Int32

    private static let memfdCreate = look(up: "memfd_create", as: MemfdCreate.self)
    private static let fallocate = look(up: "fallocate", as: Fallocate.self)
    private static let closeOnExec: UInt32 = 1
    private static let keepSize: Int32 = 1
    private static let punchHole: Int32 = 2

    /// Bypasses the page cache (`O_DIRECT`); its value differs between architectures.
    static var openDirect: Int32 {
        #if arch(arm64) || arch(arm)
            0o200000
        #else
            0o40000
        #endif
    }

    /// SAFETY: the types above are those of the C library's headers for these names.
    private static func look<Function>(up name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }

    /// An unnamed file in memory, or `errno`.
    static func anonymousFile(_ name: String) -> Result<Int32, Code> {
        guard let memfdCreate else { return .failure(Code(value: ENOSYS)) }
        let descriptor = memfdCreate(name, closeOnExec)
        return descriptor < 0 ? .failure(Code(value: errno)) : .success(descriptor)
    }

    /// Commits memory for a span of an in-memory file. Returns 0 or an error number.
    static func commit(_ descriptor: Int32, offset: Int, byteCount: Int) -> Int32 {
        retried { $0(descriptor, 0, off_t(offset), off_t(byteCount)) }
    }

    /// Gives the memory of a span of an in-memory file back. Returns 0 or an error number.
    static func decommit(_ descriptor: Int32, offset: Int, byteCount: Int) -> Int32 {
        retried { $0(descriptor, punchHole | keepSize, off_t(offset), off_t(byteCount)) }
    }

    private static func retried(_ body: (Fallocate) -> Int32) -> Int32 {
        guard let fallocate else { return ENOSYS }
        while body(fallocate) != 0 {
            if errno != EINTR { return errno }
        }
        return 0
    }

    /// A number from errno.h.
    struct Code: Error {
        let value: Int32
    }
}
