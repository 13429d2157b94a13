/// A device with no bytes: storage has sizes but no addresses, so lifetimes and peaks of a 12 B model can be read on any machine.
public struct NullDevice: MemoryDevice {
    public let name = "null"
    public let ledger: Ledger

    /// A device that refuses what would pass `budgetByteCount`, `nil` for no limit.
    public init(budgetByteCount: Int? = nil) {
        ledger = Ledger(device: name, budgetByteCount: budgetByteCount)
    }

    public func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        try ledger.book(byteCount, for: owner)
        return Storage(address: nil, byteCount: byteCount) { [ledger] in ledger.release(byteCount, for: owner) }
    }

    public func place(
        _ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable, for owner: MemoryOwner
    ) throws(MemoryError) -> Storage {
        try allocate(byteCount: bytes.count, for: owner)
    }
}
