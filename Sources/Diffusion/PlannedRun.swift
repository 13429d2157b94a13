import Memory
import Synchronization
import Weights

/// The memory of one run that follows a plan: each phase's arena, weights that stay, and weights that pass through the ring.
///
/// The ring's schedule covers the whole run, so weights of the next step and the next phase arrive while this one computes.
final class PlannedRun: PhaseMemory, UnitSource {
    private struct State {
        var phase: MemoryPlan.PhasePlan?
        var nextUse = 0
        var traffic = WeightTraffic()
        var curve = MemoryCurve()
    }

    private let plan: MemoryPlan
    private let memory: BudgetMemory
    private let streamer: RingStreamer?
    private let state = Mutex(State())
    private let began = ContinuousClock.now

    /// Lays the ring out and begins to fill it.
    /// - Throws: `MemoryError`, `StreamError.threadFailed`.
    init(_ plan: MemoryPlan, steps: Int, in memory: BudgetMemory) throws {
        self.plan = plan
        self.memory = memory
        try memory.prepare(for: plan)
        guard plan.ringByteCount > 0 else {
            streamer = nil
            return
        }
        let uses = plan.streamedUnits(steps: steps)
        var chunks: [StreamChunk] = []
        var indices: [String: Int] = [:]
        for unit in uses where indices[unit.key] == nil {
            indices[unit.key] = chunks.count
            chunks.append(unit.chunk)
        }
        let schedule = try RingSchedule(
            chunkByteCounts: chunks.map(\.slotByteCount), uses: uses.map { [indices[$0.key, default: 0]] },
            ringByteCount: plan.ringByteCount)
        streamer = memory.streamer(schedule, chunks)
        try streamer?.start()
    }

    /// Ends reading. What was read so far can still be asked for.
    func finish() { streamer?.stop() }

    /// What was held so far.
    var curve: MemoryCurve { state.withLock { $0.curve } }

    private func sample(_ phase: Phase) {
        let sample = memory.sample(seconds: (ContinuousClock.now - began) / .seconds(1), phase: phase)
        state.withLock { $0.curve.add(sample) }
    }

    var traffic: WeightTraffic {
        var traffic = state.withLock { $0.traffic }
        if let log = streamer?.log { traffic.add(log) }
        return traffic
    }

    func begin(_ phase: Phase) throws {
        let planned = plan.phase(phase)
        state.withLock { $0.phase = planned }
        if let planned { try memory.begin(planned, of: plan) }
        sample(phase)
    }

    func beginStep() {
        if let arena = state.withLock({ $0.phase?.arena }) { memory.beginArena(arena) }
    }

    func steps(of count: Int) -> Range<Int> { 0..<count }

    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R {
        let (phase, use) = state.withLock { ($0.phase, $0.nextUse) }
        guard let phase else { preconditionFailure("\(unit.key) is leased outside of a planned phase") }
        defer { sample(phase.phase) }
        if let span = plan.residentSpan(unit.key, in: phase) {
            let isLoaded = memory.isLoaded(unit, at: span)
            let storage = try waiting(in: phase.phase) { try memory.loaded(unit, at: span, in: phase) }
            if !isLoaded { state.withLock { $0.traffic.loadedByteCount += unit.chunk.byteCount } }
            return try body(storage)
        }
        guard let streamer else { preconditionFailure("\(unit.key) neither stays nor streams") }
        state.withLock { $0.nextUse = use + 1 }
        try waiting(in: phase.phase) { try streamer.beginUse(use) }
        defer { streamer.endUse(use) }
        return try body(memory.ringSpan(streamer.slot(use: use)))
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
