import Synchronization

/// A device whose buffers lie where a plan says: the k-th allocation of a run gets the k-th offset of the plan.
///
/// It checks what it is asked for against the plan, and never hands out bytes that are still held.
public final class ArenaDevice: MemoryDevice {
    /// What the arena held and holds.
    public struct Reading: Equatable, Sendable {
        /// Bytes of the buffers held now, each rounded up to its alignment.
        public var liveByteCount = 0
        /// Most bytes held at once.
        public var peakByteCount = 0
        /// The end of the highest buffer so far, relative to the arena.
        public var highWaterByteCount = 0
    }

    public var name: String { device.name }
    public var ledger: Ledger { device.ledger }
    private let device: any MemoryDevice
    private let arena: UInt
    private let owners: Set<MemoryOwner>
    private let state = Mutex(State())

    fileprivate struct State {
        var plan = ArenaPlan([])
        var base = 0
        var next = 0
        var serial = 0
        var held: [Held] = []
        var heldAtPeak: [Held] = []
        var reading = Reading()
    }

    fileprivate struct Held {
        let serial: Int
        let index: Int
        let requestedByteCount: Int
        let bytes: Range<Int>
    }

    /// A device with an empty plan.
    /// - Parameters:
    ///   - device: where everything else is taken: buffers of other owners, and weights.
    ///   - arena: first address of the arena, whose bytes are booked by whoever mapped them.
    ///   - owners: whose buffers lie in the arena.
    public init(beside device: any MemoryDevice, arena: UInt, owners: Set<MemoryOwner> = [.activations, .workspace]) {
        self.device = device
        self.arena = arena
        self.owners = owners
    }

    /// What the arena holds at this instant.
    public var reading: Reading { state.withLock { $0.reading } }

    /// The arena's fragmentation at its fullest moment since the peak was last reset.
    /// - Parameter mappedByteCount: bytes of the arena that were mapped then.
    public func peakFragmentation(mappedByteCount: Int) -> Fragmentation {
        state.withLock { state in
            Fragmentation(
                held: state.heldAtPeak.map(\.bytes), requestedByteCount: state.heldAtPeak.reduce(0) { $0 + $1.requestedByteCount },
                peakByteCount: state.reading.peakByteCount, mappedByteCount: mappedByteCount, peakMappedByteCount: mappedByteCount)
        }
    }

    /// Starts new peaks at what is held now, as for the next phase.
    public func resetPeak() {
        state.withLock { state in
            state.reading.peakByteCount = state.reading.liveByteCount
            state.heldAtPeak = state.held
            state.reading.highWaterByteCount = state.held.map(\.bytes.upperBound).max() ?? 0
        }
    }

    /// The next allocation is the first of `plan`, whose offsets count from `base`. Buffers of earlier plans may still be held, as
    /// long as this plan does not come upon their bytes.
    public func begin(_ plan: ArenaPlan, base: Int = 0) {
        state.withLock { state in
            state.plan = plan
            state.base = base
            state.next = 0
        }
    }

    public func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        guard owners.contains(owner) else { return try device.allocate(byteCount: byteCount, for: owner) }
        let held = try state.withLock { (state) throws(MemoryError) in try state.take(byteCount) }
        return Storage(address: UnsafeMutableRawPointer(bitPattern: arena + UInt(held.bytes.lowerBound)), byteCount: byteCount) { [self] in
            state.withLock { $0.give(held) }
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

extension ArenaDevice.State {
    fileprivate mutating func take(_ byteCount: Int) throws(MemoryError) -> ArenaDevice.Held {
        let planned = next < plan.lifetimes.count ? plan.lifetimes[next] : nil
        guard let planned, planned.byteCount == byteCount else {
            throw .planMismatch(
                index: next, plannedCount: plan.lifetimes.count, plannedByteCount: planned?.byteCount, requestedByteCount: byteCount)
        }
        let start = base + plan.offsets[next]
        let bytes = start..<start + planned.occupiedByteCount
        if let other = held.first(where: { $0.bytes.overlaps(bytes) }) { throw .planOverlap(index: next, heldIndex: other.index) }
        let taken = ArenaDevice.Held(serial: serial, index: next, requestedByteCount: byteCount, bytes: bytes)
        held.append(taken)
        serial += 1
        next += 1
        reading.liveByteCount += bytes.count
        if reading.liveByteCount > reading.peakByteCount {
            reading.peakByteCount = reading.liveByteCount
            heldAtPeak = held
        }
        reading.highWaterByteCount = max(reading.highWaterByteCount, bytes.upperBound)
        return taken
    }

    fileprivate mutating func give(_ buffer: ArenaDevice.Held) {
        held.removeAll { $0.serial == buffer.serial }
        reading.liveByteCount -= buffer.bytes.count
    }
}
