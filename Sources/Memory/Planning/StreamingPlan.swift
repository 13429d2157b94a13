/// What stays, what streams and through how large a ring, when both share one budget.
///
/// Every byte of ring is a byte less that stays, and too small a ring makes copying and computing take turns. A few sizes are
/// simulated, and the one with the shortest step is taken, the smallest of equals.
public struct StreamingPlan: Equatable, Sendable {
    /// Which chunks stay.
    public let residency: ResidencyPlan
    /// Size of the ring in bytes; 0 when everything stays.
    public let ringByteCount: Int
    /// Time of a step in the long run, simulated, nanoseconds.
    public let stepNanoseconds: Int
    private let units: [StreamUnit]
    private let groups: [Range<Int>]
    private let alignment: Int

    /// Plans a step.
    /// - Parameters:
    ///   - units: every chunk in order of execution, with its size in a slot.
    ///   - groups: stretches of chunks that are held at the same time, such as a block's; together all chunks, in order. `nil` for
    ///     each chunk by itself.
    ///   - byteCount: budget of residents and ring together.
    ///   - bytesPerSecond: bandwidth that chunks arrive with.
    ///   - alignment: of offsets in the ring.
    /// - Throws: `MemoryError.ringTooSmall` when not everything can stay and the budget is smaller than the largest group.
    public init(
        _ units: [StreamUnit], groups: [Range<Int>]? = nil, byteCount: Int, bytesPerSecond: Int, alignment: Int = 4096
    ) throws(MemoryError) {
        let groups = groups ?? units.indices.map { $0..<$0 + 1 }
        let whole = Candidate(ResidencyPlan(units, residentByteCount: byteCount), ring: 0, step: units.reduce(0) { $0 + $1.nanoseconds })
        var best = whole.residency.streamedByteCount == 0 ? whole : nil
        let smallest = RingSchedule.minimumRingByteCount(
            chunkByteCounts: units.map(\.byteCount), uses: groups.map(Array.init), alignment: alignment)
        if best == nil, smallest > byteCount { throw .ringTooSmall(ringByteCount: byteCount, minimumByteCount: smallest) }
        for quarters in [4, 6, 7, 8, 9, 10, 11, 12, 14, 16] where whole.residency.streamedByteCount > 0 {
            let ring = smallest / 4 * quarters + (quarters == 4 ? smallest % 4 : 0)
            guard ring <= byteCount else { break }
            let residency = ResidencyPlan(units, residentByteCount: byteCount - ring)
            let schedule = try Self.schedule(units, groups, residency, ring: ring, alignment: alignment, steps: 4)
            let step = Self.step(units, groups, residency, schedule, bytesPerSecond: bytesPerSecond, steps: 4)
            if step < best?.step ?? Int.max { best = Candidate(residency, ring: ring, step: step) }
        }
        guard let best else { throw .ringTooSmall(ringByteCount: byteCount, minimumByteCount: smallest) }
        (residency, ringByteCount, stepNanoseconds) = (best.residency, best.ring, best.step)
        (self.units, self.groups, self.alignment) = (units, groups, alignment)
    }

    /// The schedule of a run of several steps. Its uses are the groups that stream, in order, step after step.
    public func schedule(steps: Int) throws(MemoryError) -> RingSchedule {
        try Self.schedule(units, groups, residency, ring: ringByteCount, alignment: alignment, steps: steps)
    }

    /// For each group, its use within a step's uses; `nil` when all of it stays.
    public var uses: [Int?] { Self.uses(groups, residency) }

    private struct Candidate {
        let residency: ResidencyPlan
        let ring: Int
        let step: Int

        init(_ residency: ResidencyPlan, ring: Int, step: Int) {
            self.residency = residency
            self.ring = ring
            self.step = step
        }
    }

    private static func uses(_ groups: [Range<Int>], _ residency: ResidencyPlan) -> [Int?] {
        var next = 0
        return groups.map { group in
            guard group.contains(where: { !residency.isResident[$0] }) else { return nil }
            defer { next += 1 }
            return next
        }
    }

    private static func schedule(
        _ units: [StreamUnit], _ groups: [Range<Int>], _ residency: ResidencyPlan, ring: Int, alignment: Int, steps: Int
    ) throws(MemoryError) -> RingSchedule {
        let step = groups.map { $0.filter { !residency.isResident[$0] } }.filter { !$0.isEmpty }
        return try RingSchedule(
            chunkByteCounts: units.map(\.byteCount), uses: Array(repeatElement(step, count: steps).joined()), ringByteCount: ring,
            alignment: alignment)
    }

    private static func step(
        _ units: [StreamUnit], _ groups: [Range<Int>], _ residency: ResidencyPlan, _ schedule: RingSchedule, bytesPerSecond: Int,
        steps: Int
    ) -> Int {
        let uses = uses(groups, residency)
        let count = schedule.uses.count / steps
        let operations = (0..<steps).flatMap { step in
            zip(groups, uses).map { group, use in
                TimedOperation(nanoseconds: units[group].reduce(0) { $0 + $1.nanoseconds }, use: use.map { step * count + $0 })
            }
        }
        let ends = PipelineSimulation(schedule, operations: operations, bytesPerSecond: bytesPerSecond).ends
        // The first step begins with an empty ring and is not like the others.
        return ends.isEmpty ? 0 : (ends[ends.count - 1] - ends[groups.count - 1]) / (steps - 1)
    }
}
