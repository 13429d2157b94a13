import Memory

/// Gives storage without bytes an address, which operations may name while they are planned and never use.
struct PlanningDevice: MemoryDevice {
    let device: any MemoryDevice
    var name: String { device.name }
    var ledger: Ledger { device.ledger }
    /// Not the null page's first bytes, and aligned for every type.
    private static let address: UInt = 4096

    func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        addressed(try device.allocate(byteCount: byteCount, for: owner))
    }

    func place(
        _ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable, for owner: MemoryOwner
    ) throws(MemoryError) -> Storage {
        addressed(try device.place(bytes, keeping: keeper, for: owner))
    }

    private func addressed(_ storage: Storage) -> Storage {
        Storage(address: UnsafeMutableRawPointer(bitPattern: Self.address), byteCount: storage.byteCount) { _ = storage }
    }
}
