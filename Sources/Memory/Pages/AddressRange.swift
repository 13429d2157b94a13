/// Addresses reserved on a device, with or without memory behind them.
///
/// It has a single owner, who gives it back to the backend it came from with `release`. Dropping it without that costs addresses
/// until the backend goes, never memory.
public struct AddressRange: ~Copyable, Sendable {
    /// The first address, in the device's own terms: only a device that shares the host's memory has it readable here.
    public let address: UInt
    /// Size of the range in bytes, a multiple of the backend's granularity.
    public let byteCount: Int

    /// Wraps a range that a backend reserved.
    public init(address: UInt, byteCount: Int) {
        self.address = address
        self.byteCount = byteCount
    }
}

/// A piece of physical memory on a device, which can be mapped in one place at a time and is never split.
public struct PhysicalPage: Hashable, Sendable {
    /// Unique for the life of the backend that made it.
    public let id: Int
    /// Size in bytes, a multiple of the backend's granularity.
    public let byteCount: Int

    /// Names a page that a backend made.
    public init(id: Int, byteCount: Int) {
        self.id = id
        self.byteCount = byteCount
    }
}
