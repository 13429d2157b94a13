/// A device that hands out memory under a ledger. Models never see it: they ask their backend for tensors.
public protocol MemoryDevice: Sendable {
    /// The device as errors and reports name it.
    var name: String { get }
    /// The account of its bytes.
    var ledger: Ledger { get }

    /// Takes `byteCount` bytes, aligned to at least 64, contents undefined.
    /// - Throws: `MemoryError.overBudget` before the device is asked, `.deviceExhausted` when it has none left.
    func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage

    /// Makes host bytes usable on the device. A device that shares the host's memory uses them where they lie and
    /// keeps `keeper` alive as long as the storage; another copies them and books the copy.
    func place(_ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable, for owner: MemoryOwner) throws(MemoryError)
        -> Storage

    /// Makes host bytes readable for `Backend.embed` alone, which takes some rows of them: they stay where they lie.
    func placeTable(_ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable) throws(MemoryError) -> Storage
}

extension MemoryDevice {
    /// For devices that use the host's memory.
    public func placeTable(_ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable) throws(MemoryError) -> Storage {
        try place(bytes, keeping: keeper, for: .weights)
    }
}
