import Memory
import Synchronization
import Weights

/// The device's memory under one budget, from picture to picture: regions, and the weights that stay in them.
final class BudgetMemory: Sendable {
    let arena: ArenaDevice
    private let device: any PagedDevice
    private let regions: PagedRegions
    private let ledger: Ledger
    /// First byte of each unit whose bytes are in the resident region, by the unit's key.
    private let resident = Mutex<[String: Int]>([:])

    init(budgetByteCount: Int, ledger: Ledger, on device: any PagedDevice) throws {
        self.ledger = ledger
        self.device = device.booking(on: ledger)
        regions = try PagedRegions(backend: device.makeVirtualMemory(), ledger: ledger, reservedByteCount: budgetByteCount)
        arena = ArenaDevice(beside: self.device, arena: regions.address(of: .arena), owners: RunRecorder.arenaOwners)
    }

    /// Leaves the last run's layout behind, and makes room for the ring so that weights arrive from the start.
    func prepare(for plan: MemoryPlan) throws {
        if let first = plan.phases.first { try begin(first, of: plan) }
        ledger.forgetPhases()
    }

    /// Lays the regions out for a phase. Weights that stay keep their bytes as far as the phase leaves room; their region grows with
    /// what is loaded into it, since making pages takes a second per GiB and a run can be stopped between blocks.
    func begin(_ phase: MemoryPlan.PhasePlan, of plan: MemoryPlan) throws {
        let room = phase.residentByteCount
        try device.settle()
        // A page that reaches beyond the room would keep bytes that the plan gives to others.
        let straddling = regions.placements(in: .resident).first { $0.offset < room && $0.bytes.upperBound > room }
        let end = straddling?.offset ?? room
        resident.withLock { resident in
            resident = resident.filter { key, offset in
                plan.residentSpan(key, in: phase).map { $0.lowerBound == offset && $0.upperBound <= end } ?? false
            }
        }
        regions.expect(peakByteCount: plan.predictedPeakByteCount)
        try regions.uncover(end..<regions.reservedByteCount, of: .resident)
        // A ring of the same size goes on; what arrived for this phase is in it.
        let kept = regions.mappedByteCount(of: .ring) == phase.ringByteCount ? phase.ringByteCount : 0
        try regions.beginPhase([.ring: phase.ringByteCount, .arena: phase.arenaByteCount], keeping: [.ring: kept])
        // What no region took is not part of the plan.
        try regions.trim()
        ledger.beginPhase(phase.phase.rawValue)
        beginArena(phase.arena)
    }

    func beginArena(_ plan: ArenaPlan) { arena.begin(plan) }

    /// What is held now, by what it is held for; of the arena, at its fullest moment since the last sample.
    func sample(seconds: Double, phase: Phase) -> (sample: MemoryCurve.Sample, arena: Fragmentation) {
        let held = ledger.reading.byteCounts
        let mapped = held[.arena, default: 0]
        let (arenaPeak, fragmentation) = (arena.reading.peakByteCount, arena.peakFragmentation(mappedByteCount: mapped))
        arena.resetPeak()
        let sample = MemoryCurve.Sample(
            seconds: seconds, phase: phase, residentByteCount: held[.resident, default: 0], ringByteCount: held[.ring, default: 0],
            arenaByteCount: mapped, arenaHeldByteCount: arenaPeak,
            keptByteCount: held[.conditioning, default: 0] + held[.modulation, default: 0], contextByteCount: held[.context, default: 0])
        return (sample, fragmentation)
    }

    /// The calls that moved pages since this was last asked.
    func takePageEvents() -> [PageEvent] { regions.log.take().events }

    func isLoaded(_ unit: StoredUnit, at span: Range<Int>) -> Bool { resident.withLock { $0[unit.key] } == span.lowerBound }

    /// The span of a unit that stays while `phase` runs, read if it is not there yet.
    func loaded(_ unit: StoredUnit, at span: Range<Int>, in phase: MemoryPlan.PhasePlan) throws -> Storage {
        let storage = regions.storage(.resident, span)
        if !isLoaded(unit, at: span) {
            let page = MemoryPlanner.evictionGranularity
            let end = min((span.upperBound + page - 1) / page * page, phase.residentByteCount)
            try regions.cover(span.lowerBound / page * page..<end, of: .resident)
            try device.load(unit.chunk, into: storage)
            resident.withLock { $0[unit.key] = span.lowerBound }
        }
        return storage
    }

    func ringSpan(_ bytes: Range<Int>) -> Storage { regions.storage(.ring, bytes) }

    /// A streamer whose slots lie in the ring.
    func streamer(_ schedule: RingSchedule, _ chunks: [StreamChunk]) throws -> RingStreamer {
        try device.makeStreamer(schedule, chunks, ring: regions.storage(.ring, 0..<schedule.ringByteCount))
    }
}
