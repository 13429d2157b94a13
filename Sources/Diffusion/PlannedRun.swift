import Memory
import Synchronization
import Weights

/// The memory of one run that follows a plan: each phase's arena, weights that stay, and weights that pass through the ring.
///
/// A ring's schedule covers all the phases that it serves, so weights of the next step and the next phase arrive while this one computes.
final class PlannedRun: PhaseMemory, UnitSource {
    private struct State {
        var phase: MemoryPlan.PhasePlan?
        var ring: Ring?
        var nextUse = 0
        var traffic = WeightTraffic()
        var curve = MemoryCurve()
        var loads: [MemoryEvent] = []
        /// Of each phase, at its fullest moment so far.
        var fullest: [Phase: ArenaUse] = [:]
    }

    private let plan: MemoryPlan
    private let memory: BudgetMemory
    private let rings: [Ring]
    private let state = Mutex(State())
    private let clock: RunClock

    /// A streamer, and the phases whose weights pass through it.
    private struct Ring {
        let phases: [Phase]
        let streamer: RingStreamer
        /// What passes through it, use by use.
        let units: [StoredUnit]
    }

    /// Lays the rings out and begins to fill the first.
    /// - Throws: `MemoryError`, `StreamError.threadFailed`.
    init(_ plan: MemoryPlan, steps: Int, in memory: BudgetMemory, began: ContinuousClock.Instant) throws {
        self.plan = plan
        clock = RunClock(began: began)
        self.memory = memory
        rings = try plan.ringStretches(steps: steps).filter { $0.byteCount > 0 }.map { stretch in
            Ring(phases: stretch.phases, streamer: try Self.streamer(of: stretch, in: memory), units: stretch.units)
        }
        try memory.prepare(for: plan)
        if let first = plan.phases.first { try enterRing(of: first.phase) }
    }

    private static func streamer(of stretch: MemoryPlan.RingStretch, in memory: BudgetMemory) throws -> RingStreamer {
        var chunks: [StreamChunk] = []
        var indices: [String: Int] = [:]
        for unit in stretch.units where indices[unit.key] == nil {
            indices[unit.key] = chunks.count
            chunks.append(unit.chunk)
        }
        let schedule = try RingSchedule(
            chunkByteCounts: chunks.map(\.slotByteCount), uses: stretch.units.map { [indices[$0.key, default: 0]] },
            ringByteCount: stretch.byteCount)
        return try memory.streamer(schedule, chunks)
    }

    private func ring(of phase: Phase) -> Ring? { rings.first { $0.phases.contains(phase) } }

    /// Begins to fill the ring of `phase`, unless it is being filled since an earlier one.
    private func enterRing(of phase: Phase) throws {
        let ring = ring(of: phase)
        guard ring?.streamer !== state.withLock({ $0.ring?.streamer }) else { return }
        state.withLock { ($0.ring, $0.nextUse) = (ring, 0) }
        try ring?.streamer.start()
    }

    /// Ends reading. What was read so far can still be asked for.
    func finish() { for ring in rings { ring.streamer.stop() } }

    /// What was held so far.
    var curve: MemoryCurve { state.withLock { $0.curve } }

    /// How the arena was used in each phase, at its fullest moment.
    var arenaUses: [ArenaUse] { state.withLock { state in plan.phases.compactMap { state.fullest[$0.phase] } } }

    private func sample(_ phase: Phase) {
        let (sample, fragmentation) = memory.sample(seconds: clock.seconds, phase: phase)
        state.withLock { state in
            state.curve.add(sample)
            if sample.arenaHeldByteCount > state.fullest[phase]?.heldByteCount ?? 0 {
                state.fullest[phase] = ArenaUse(
                    phase: phase, heldByteCount: sample.arenaHeldByteCount, mappedByteCount: sample.arenaByteCount,
                    ringByteCount: sample.ringByteCount, fragmentation: fragmentation)
            }
        }
    }

    /// What happened to pages and weights so far, in order.
    func takeEvents() -> [MemoryEvent] {
        var events = state.withLock { $0.loads } + memory.takePageEvents().map(clock.event)
        for ring in rings {
            let log = ring.streamer.log
            for (unit, (fill, use)) in zip(ring.units, zip(log.fills, log.uses)) {
                if fill.end > 0 { events.append(clock.event(.fill, unit.key, unit.chunk.byteCount, fill.start, fill.end)) }
                if use.stall > 0 { events.append(clock.event(.wait, unit.key, unit.chunk.byteCount, use.request, use.start)) }
            }
        }
        return events.sorted { $0.start < $1.start }
    }

    var traffic: WeightTraffic {
        var traffic = state.withLock { $0.traffic }
        for ring in rings { traffic.add(ring.streamer.log) }
        return traffic
    }

    func begin(_ phase: Phase) throws {
        let planned = plan.phase(phase)
        // What the last phase held since its last lease is its own.
        if let last = state.withLock({ $0.phase }) { sample(last.phase) }
        // Another ring takes the place of the last one, which nothing may be filling then.
        if let ring = state.withLock({ $0.ring }), !ring.phases.contains(phase), planned != nil { ring.streamer.stop() }
        state.withLock { $0.phase = planned }
        if let planned {
            try memory.begin(planned, of: plan)
            try enterRing(of: phase)
        }
        sample(phase)
    }

    func beginStep() {
        if let arena = state.withLock({ $0.phase?.arena }) { memory.beginArena(arena) }
    }

    func steps(of count: Int) -> Range<Int> { 0..<count }

    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R {
        let (phase, ring, use) = state.withLock { ($0.phase, $0.ring, $0.nextUse) }
        guard let phase else { preconditionFailure("\(unit.key) is leased outside of a planned phase") }
        defer { sample(phase.phase) }
        if let span = plan.residentSpan(unit.key, in: phase) {
            return try body(loaded(unit, at: span, in: phase))
        }
        guard let streamer = ring?.streamer else { preconditionFailure("\(unit.key) neither stays nor streams") }
        state.withLock { $0.nextUse = use + 1 }
        try waiting(in: phase.phase) { try streamer.beginUse(use) }
        defer { streamer.endUse(use) }
        return try body(memory.ringSpan(streamer.slot(use: use)))
    }

    private func loaded(_ unit: StoredUnit, at span: Range<Int>, in phase: MemoryPlan.PhasePlan) throws -> Storage {
        if memory.isLoaded(unit, at: span) { return try memory.loaded(unit, at: span, in: phase) }
        let start = MonotonicClock.nanoseconds
        let storage = try waiting(in: phase.phase) { try memory.loaded(unit, at: span, in: phase) }
        let load = clock.event(.load, unit.key, unit.chunk.byteCount, start, MonotonicClock.nanoseconds)
        state.withLock { state in
            state.traffic.loadedByteCount += load.byteCount
            state.loads.append(load)
        }
        return storage
    }

    /// Counts the time of `body` as waiting for weights.
    private func waiting<R>(in phase: Phase, _ body: () throws -> R) rethrows -> R {
        let start = ContinuousClock.now
        defer {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            state.withLock { $0.traffic.exposedSeconds[phase, default: 0] += seconds }
        }
        return try body()
    }
}
