/// A span of device memory with one owner in the ledger; returned to its device when the last reference goes.
///
/// SAFETY: the address and size never change; what happens to the bytes is ordered by the backend that
/// runs operations on them, one operation at a time per engine.
public final class Storage: @unchecked Sendable {
    /// First byte. Host-accessible only where the device says so; `nil` for storage that exists on paper (`NullDevice`).
    public let address: UnsafeMutableRawPointer?
    /// Whether the bytes lie in the host's memory although the device has its own. Only tables do: rows of them are read, on the host.
    public let isOffDevice: Bool
    /// Size in bytes.
    public let byteCount: Int
    private let release: @Sendable () -> Void

    /// Wraps memory that a device handed out; `release` runs once, when the storage is no longer referenced.
    public init(
        address: UnsafeMutableRawPointer?, byteCount: Int, isOffDevice: Bool = false, release: @escaping @Sendable () -> Void
    ) {
        self.address = address
        self.isOffDevice = isOffDevice
        self.byteCount = byteCount
        self.release = release
    }

    deinit { release() }
}
