import Synchronization

/// A device that keeps buffers that were given back for the next of the same size and owner, since asking for memory takes time that
/// measurements are not about.
///
/// For engines that run operations in the order they are issued: who gets a buffer comes after who gave it back.
public final class ReusingDevice: MemoryDevice {
    public var name: String { device.name }
    public var ledger: Ledger { device.ledger }
    private let device: any MemoryDevice
    private let kept = Mutex<[Key: [Storage]]>([:])

    private struct Key: Hashable {
        let byteCount: Int
        let owner: MemoryOwner
    }

    public init(_ device: any MemoryDevice) {
        self.device = device
    }

    public func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        let key = Key(byteCount: byteCount, owner: owner)
        let known = kept.withLock { $0[key]?.popLast() }
        let storage = if let known { known } else { try device.allocate(byteCount: byteCount, for: owner) }
        return Storage(address: storage.address, byteCount: byteCount) { [weak self] in
            self?.kept.withLock { $0[key, default: []].append(storage) }
        }
    }

    public func place(
        _ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable, for owner: MemoryOwner
    ) throws(MemoryError) -> Storage {
        try device.place(bytes, keeping: keeper, for: owner)
    }

    public func placeTable(_ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable) throws(MemoryError) -> Storage {
        try device.placeTable(bytes, keeping: keeper)
    }
}
