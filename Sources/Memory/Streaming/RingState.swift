/// What the slots of a ring are doing: FREE → FILLING → READY → IN USE → FREE.
///
/// A pure state machine over a schedule: a driver asks it what may happen and tells it what did. Telling it something that must not
/// happen traps: a slot written while it is read, or read before it is filled.
public struct RingState: Sendable {
    /// What a fill's slot is doing.
    public enum Slot: Sendable {
        /// Not begun, or given back.
        case free
        /// Bytes are arriving.
        case filling
        /// All bytes are there.
        case ready
        /// An operation reads it.
        case inUse
    }

    /// The schedule it runs through.
    public let schedule: RingSchedule
    /// Fills begun so far, which is the index of the next.
    public private(set) var begunFills = 0
    /// Uses given back so far.
    public private(set) var endedUses = 0
    private var begunUses = 0
    private var slots: [Slot]
    /// Fills whose slots are not free, in order.
    private var live: [Int] = []

    /// A ring with nothing in it, before the first fill.
    public init(_ schedule: RingSchedule) {
        self.schedule = schedule
        slots = Array(repeating: .free, count: schedule.fills.count)
        live.reserveCapacity(schedule.fills.count)
    }

    /// Whether every use was given back.
    public var isFinished: Bool { endedUses == schedule.uses.count }

    /// What the slot of a fill is doing.
    public func slot(_ fill: Int) -> Slot { slots[fill] }

    /// Whether the next fill's bytes are free; false after the last.
    public var canBeginFill: Bool {
        guard begunFills < schedule.fills.count else { return false }
        return schedule.fills[begunFills].awaitedUse.map { $0 < endedUses } ?? true
    }

    /// Bytes begin to arrive for the next fill.
    /// - Returns: the fill's index.
    public mutating func beginFill() -> Int {
        precondition(begunFills < schedule.fills.count, "there is no further fill")
        let fill = begunFills
        let bytes = schedule.fills[fill].bytes
        precondition(!live.contains { schedule.fills[$0].bytes.overlaps(bytes) }, "filled a slot that is not free")
        slots[fill] = .filling
        live.append(fill)
        begunFills += 1
        return fill
    }

    /// All bytes of a fill have arrived.
    public mutating func endFill(_ fill: Int) {
        precondition(slots[fill] == .filling, "a fill ended that is not under way")
        slots[fill] = .ready
    }

    /// Whether all chunks of the next use are there; false after the last.
    public var canBeginUse: Bool {
        begunUses < schedule.uses.count && schedule.uses[begunUses].allSatisfy { slots[$0] == .ready }
    }

    /// The first operation of the next use begins to read.
    /// - Returns: the use's index.
    public mutating func beginUse() -> Int {
        precondition(begunUses < schedule.uses.count, "there is no further use")
        let use = begunUses
        for fill in schedule.uses[use] { take(fill) }
        begunUses += 1
        return use
    }

    /// The last operation of the oldest use in progress has read.
    public mutating func endUse(_ use: Int) {
        precondition(use == endedUses && use < begunUses, "uses end in order, after they began")
        let fills = schedule.uses[use]
        for fill in fills {
            precondition(slots[fill] == .inUse, "gave back a slot that is not in use")
            slots[fill] = .free
        }
        live.removeAll { fills.contains($0) }
        endedUses += 1
    }

    private mutating func take(_ fill: Int) {
        precondition(slots[fill] == .ready, "used a slot that is not filled")
        slots[fill] = .inUse
    }
}
