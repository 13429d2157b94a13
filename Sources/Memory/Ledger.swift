import Synchronization

/// The account of one device: bytes are booked here before the device is asked for them.
public final class Ledger: Sendable {
    /// A consistent reading of the account.
    public struct Reading: Equatable, Sendable {
        /// Bytes held now, by owner.
        public var byteCounts: [MemoryOwner: Int] = [:]
        /// Bytes held now, all owners.
        public var liveByteCount = 0
        /// Most bytes held at once since the ledger was made or its peak last reset.
        public var peakByteCount = 0
        /// The peaks of the phases begun so far, in order; the last one may still rise.
        public var phases: [PhasePeak] = []
    }

    /// The most a phase held at once.
    public struct PhasePeak: Equatable, Sendable {
        /// The name the phase was begun with.
        public let name: String
        /// Most bytes held at once during the phase, all owners.
        public internal(set) var byteCount: Int
        /// Bytes by owner at the moment of the peak.
        public internal(set) var byteCounts: [MemoryOwner: Int]
    }

    /// The device whose bytes these are, as errors name it.
    public let device: String
    /// The most bytes that may be booked at once, `nil` for no limit.
    public let budgetByteCount: Int?
    private let state = Mutex(Reading())

    /// An account with nothing booked.
    public init(device: String, budgetByteCount: Int? = nil) {
        self.device = device
        self.budgetByteCount = budgetByteCount
    }

    /// The account at this instant.
    public var reading: Reading { state.withLock { $0 } }

    /// Books `byteCount` bytes for `owner`.
    /// - Throws: `MemoryError.overBudget`, and then nothing is booked.
    public func book(_ byteCount: Int, for owner: MemoryOwner) throws(MemoryError) {
        precondition(byteCount >= 0, "booked a negative byte count")
        let refusal: MemoryError? = state.withLock { account in
            if let budgetByteCount, account.liveByteCount > budgetByteCount - byteCount {
                return .overBudget(
                    device: device, owner: owner, requestedByteCount: byteCount, bookedByteCount: account.liveByteCount,
                    budgetByteCount: budgetByteCount)
            }
            account.add(byteCount, for: owner)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Returns bytes booked earlier for `owner`.
    public func release(_ byteCount: Int, for owner: MemoryOwner) {
        state.withLock { $0.remove(byteCount, of: owner) }
    }

    /// Gives bytes that stay held another owner; the sum does not change, not even for a moment.
    public func transfer(_ byteCount: Int, from owner: MemoryOwner, to newOwner: MemoryOwner) {
        state.withLock { account in
            account.remove(byteCount, of: owner)
            account.add(byteCount, for: newOwner)
        }
    }

    /// Sets what `owner` was measured to hold: `context` or `external`, which nobody asks this ledger for.
    ///
    /// Never refused, since the bytes are gone already: a sum above the budget refuses the bookings that follow.
    public func record(measuredByteCount: Int, of owner: MemoryOwner) {
        precondition(owner == .context || owner == .external, "\(owner) is booked, not measured")
        precondition(measuredByteCount >= 0, "measured a negative byte count")
        state.withLock { account in
            account.remove(account.byteCounts[owner, default: 0], of: owner)
            account.add(measuredByteCount, for: owner)
        }
    }

    /// Starts a new peak at what is live now.
    public func resetPeak() {
        state.withLock { $0.peakByteCount = $0.liveByteCount }
    }

    /// Begins a phase: its peak starts at what is live now, and the phase before keeps its own.
    public func beginPhase(_ name: String) {
        state.withLock { account in
            account.phases.append(PhasePeak(name: name, byteCount: account.liveByteCount, byteCounts: account.byteCounts))
        }
    }

    /// Forgets the phases, as at the beginning of another picture.
    public func forgetPhases() {
        state.withLock { $0.phases.removeAll() }
    }
}

extension Ledger.Reading {
    fileprivate mutating func add(_ byteCount: Int, for owner: MemoryOwner) {
        byteCounts[owner, default: 0] += byteCount
        liveByteCount += byteCount
        peakByteCount = max(peakByteCount, liveByteCount)
        guard let last = phases.indices.last, phases[last].byteCount < liveByteCount else { return }
        phases[last].byteCount = liveByteCount
        phases[last].byteCounts = byteCounts
    }

    fileprivate mutating func remove(_ byteCount: Int, of owner: MemoryOwner) {
        let held = byteCounts[owner, default: 0]
        precondition(byteCount >= 0 && held >= byteCount, "released more than was booked for \(owner)")
        byteCounts[owner] = held - byteCount
        liveByteCount -= byteCount
    }
}
