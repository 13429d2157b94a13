import Glibc

/// The host's own memory: what the CPU backend computes in.
public struct HostDevice: MemoryDevice {
    public var name: String { ledger.device }
    public let ledger: Ledger
    /// One cache line and one AVX-512 vector.
    private static let alignment = 64

    /// A device with an account of its own; `nil` for no limit.
    public init(budgetByteCount: Int? = nil) {
        self.init(ledger: Ledger(device: "cpu", budgetByteCount: budgetByteCount))
    }

    /// Buffers beside what else is booked on `ledger`.
    public init(ledger: Ledger) {
        self.ledger = ledger
    }

    public func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        try ledger.book(byteCount, for: owner)
        var address: UnsafeMutableRawPointer?
        let code = posix_memalign(&address, Self.alignment, max(byteCount, Self.alignment))
        guard code == 0, let address else {
            ledger.release(byteCount, for: owner)
            throw .deviceExhausted(device: name, owner: owner, requestedByteCount: byteCount, code: code)
        }
        let allocation = Allocation(address: address)
        return Storage(address: address, byteCount: byteCount) { [ledger] in
            free(allocation.address)
            ledger.release(byteCount, for: owner)
        }
    }

    /// Uses the bytes where they lie: file-backed pages belong to the file, so nothing is booked.
    public func place(
        _ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable, for owner: MemoryOwner
    ) throws(MemoryError) -> Storage {
        Storage(address: UnsafeMutableRawPointer(mutating: bytes.baseAddress), byteCount: bytes.count) { _ = keeper }
    }

    /// SAFETY: carries an address into the release closure; only that closure uses it, once.
    private struct Allocation: @unchecked Sendable {
        let address: UnsafeMutableRawPointer
    }
}
