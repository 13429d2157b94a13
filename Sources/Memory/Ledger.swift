import Synchronization

/// The account of one device: bytes are booked here before the device is asked for them.
public final class Ledger: Sendable {
    /// A consistent reading of the account.
    public struct Reading: Equatable, Sendable {
        public var byteCounts: [MemoryOwner: Int] = [:]
        public var liveByteCount = 0
        public var peakByteCount = 0
    }

    public let device: String
    /// The most bytes that may be booked at once, `nil` for no limit.
    public let budgetByteCount: Int?
    private let state = Mutex(Reading())

    public init(device: String, budgetByteCount: Int? = nil) {
        self.device = device
        self.budgetByteCount = budgetByteCount
    }

    public var reading: Reading { state.withLock { $0 } }

    /// Books `byteCount` bytes for `owner`.
    /// - Throws: `MemoryError.overBudget`, and then nothing is booked.
    public func book(_ byteCount: Int, for owner: MemoryOwner) throws(MemoryError) {
        let refusal: MemoryError? = state.withLock { account in
            if let budgetByteCount, account.liveByteCount > budgetByteCount - byteCount {
                return .overBudget(
                    device: device, owner: owner, requestedByteCount: byteCount, bookedByteCount: account.liveByteCount,
                    budgetByteCount: budgetByteCount)
            }
            account.byteCounts[owner, default: 0] += byteCount
            account.liveByteCount += byteCount
            account.peakByteCount = max(account.peakByteCount, account.liveByteCount)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Returns bytes booked earlier for `owner`.
    public func release(_ byteCount: Int, for owner: MemoryOwner) {
        state.withLock { account in
            let held = account.byteCounts[owner, default: 0]
            precondition(held >= byteCount, "released more than was booked for \(owner)")
            account.byteCounts[owner] = held - byteCount
            account.liveByteCount -= byteCount
        }
    }

    /// Starts a new peak at what is live now.
    public func resetPeak() {
        state.withLock { $0.peakByteCount = $0.liveByteCount }
    }
}
