import Synchronization

/// A device without bytes that writes down which buffers are taken and given back: a dry run on it is what an arena is planned from.
public final class RecordingDevice: MemoryDevice {
    public let name = "recording"
    public let ledger: Ledger
    private let owners: Set<MemoryOwner>
    private let recorded = Mutex(AllocationTrace())

    /// A device with nothing recorded.
    /// - Parameter owners: whose buffers an arena is to hold; those of others only show in the ledger.
    public init(owners: Set<MemoryOwner> = [.activations, .workspace], budgetByteCount: Int? = nil) {
        self.owners = owners
        ledger = Ledger(device: name, budgetByteCount: budgetByteCount)
    }

    /// What was recorded since the device was made or last restarted.
    public var trace: AllocationTrace { recorded.withLock { $0 } }

    public func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        guard owners.contains(owner) else { return try unrecorded(byteCount: byteCount, for: owner) }
        try ledger.book(byteCount, for: owner)
        let index = recorded.withLock { $0.allocate(byteCount: byteCount) }
        return Storage(address: nil, byteCount: byteCount) { [self] in
            recorded.withLock { $0.free(index) }
            ledger.release(byteCount, for: owner)
        }
    }

    public func place(
        _ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable, for owner: MemoryOwner
    ) throws(MemoryError) -> Storage {
        try unrecorded(byteCount: bytes.count, for: owner)
    }

    private func unrecorded(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        try ledger.book(byteCount, for: owner)
        return Storage(address: nil, byteCount: byteCount) { [ledger] in ledger.release(byteCount, for: owner) }
    }
}
