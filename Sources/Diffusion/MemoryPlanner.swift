import Memory
import Weights

/// Lays a run out within a budget, or says what would fit.
///
/// As the budget shrinks fewer weights stay, then the ring becomes smaller, and the decoder's phase drops weights that the next picture
/// reads again; what does not fit then is refused.
struct MemoryPlanner {
    let needs: RunNeeds
    let contextByteCount: Int
    let offload: Offload
    /// The device whose rates the ring's size is chosen by; without one it is a few of the largest units.
    var profile: DeviceProfile?
    /// Region sizes are multiples of this.
    static let granularity = 2 << 20
    /// Weights that stay make room in steps of this.
    static let evictionGranularity = 32 << 20

    /// - Throws: `BudgetRefusal` with the smallest budget that works.
    func plan(budgetByteCount: Int) throws(BudgetRefusal) -> MemoryPlan {
        let largestArena = needs.phases.map { arenaByteCount($0) }.max() ?? 0
        if offload == .auto || offload == .none, Self.rounded(Self.sum(distinctUnits)) <= budgetByteCount - fixedByteCount - largestArena {
            return makePlan(budgetByteCount, stays: distinctUnits, ring: 0, decodeRing: 0)
        }
        let smallest = smallestByteCounts
        guard smallest.allSatisfy({ $0.weights + fixedByteCount + arenaByteCount($0.phase) <= budgetByteCount }) else {
            throw refusal(budgetByteCount, smallest)
        }
        let stays = wholeStep(within: budgetByteCount)
        let ring = ringByteCount(budgetByteCount, stepStreams: stays == nil)
        let room = budgetByteCount - fixedByteCount - ring - arenaByteCount(.denoise)
        return makePlan(
            budgetByteCount, stays: stays ?? (offload == .sequential ? [] : chooseResidents(within: room)), ring: ring,
            decodeRing: ringByteCount(budgetByteCount, of: needs.phases.filter { $0.phase == .decode }))
    }

    /// For each phase, the fewest bytes of weights that it can run with.
    private var smallestByteCounts: [(phase: RunNeeds.PhaseNeeds, weights: Int)] {
        let all = Self.rounded(Self.sum(distinctUnits))
        let ring = smallestRingByteCount(streamingPhases(stepStreams: offload != .model))
        return needs.phases.map { phase in
            switch (offload, phase.phase) {
            case (.none, _): (phase, all)
            case (_, .decode): (phase, smallestRingByteCount([phase]))
            case (.model, .denoise): (phase, Self.rounded(Self.sum(stepUnits)))
            default: (phase, ring)
            }
        }
    }

    /// All that a step reads, where it fits beside the step's buffers; then no ring is needed while steps run.
    private func wholeStep(within budgetByteCount: Int) -> [StoredUnit]? {
        let room = budgetByteCount - fixedByteCount - arenaByteCount(.denoise)
        return offload != .sequential && Self.rounded(Self.sum(stepUnits)) <= room ? stepUnits : nil
    }

    /// The ring of every phase before the decoder's.
    private func ringByteCount(_ budget: Int, stepStreams: Bool) -> Int {
        let phases = streamingPhases(stepStreams: stepStreams)
        guard stepStreams, offload == .auto, let ring = simulatedRing(budget) else { return ringByteCount(budget, of: phases) }
        return min(max(ring, smallestRingByteCount(phases)), largestRingByteCount(budget, phases))
    }

    /// Two of the largest units, of a step's three, or as much of that as the phases leave room for.
    ///
    /// With two, where copying a step takes about as long as computing it, each waits for the other: by simulation up to a fifth of a step,
    /// with three at most 3 %.
    private func ringByteCount(_ budget: Int, of phases: [RunNeeds.PhaseNeeds]) -> Int {
        let ring = max(2 * Self.largest(phases), 3 * Self.largest(phases.filter { $0.phase == .denoise }))
        return min(Self.rounded(ring), largestRingByteCount(budget, phases))
    }

    private func smallestRingByteCount(_ phases: [RunNeeds.PhaseNeeds]) -> Int { Self.rounded(Self.largest(phases)) }

    private func largestRingByteCount(_ budget: Int, _ phases: [RunNeeds.PhaseNeeds]) -> Int {
        let arena = phases.map { arenaByteCount($0) }.max() ?? 0
        return (budget - fixedByteCount - arena) / Self.granularity * Self.granularity
    }

    /// The size that makes the shortest steps, by simulation; `nil` where the device's rates are unknown.
    private func simulatedRing(_ budget: Int) -> Int? {
        guard let profile, let step = needs.phases.first(where: { $0.phase == .denoise }) else { return nil }
        let units = streamUnits(operationsPerSecond: profile.floatingPointOperationsPerSecond)
        let room = budget - fixedByteCount - arenaByteCount(step) - Self.granularity
        let rate = Int(profile.linkBytesPerSecond ?? profile.diskBytesPerSecond)
        return (try? StreamingPlan(units, byteCount: room, bytesPerSecond: rate)).map { Self.rounded($0.ringByteCount) }
    }

    /// Phases before the decoder's in which weights pass through the ring.
    private func streamingPhases(stepStreams: Bool) -> [RunNeeds.PhaseNeeds] {
        needs.phases.filter { $0.phase != .decode && ($0.phase != .denoise || stepStreams) }
    }

    private func makePlan(_ budget: Int, stays: [StoredUnit], ring: Int, decodeRing: Int) -> MemoryPlan {
        var spans: [String: Range<Int>] = [:]
        var end = 0
        for unit in stays {
            spans[unit.key] = end..<end + unit.byteCount
            end += unit.byteCount
        }
        let phases = needs.phases.map { phase in
            let arena = arenaByteCount(phase)
            let allStay = Self.rounded(end) <= budget - fixedByteCount - arena && phase.units.allSatisfy { spans[$0.key] != nil }
            let phaseRing = allStay ? 0 : phase.phase == .decode ? decodeRing : ring
            let room = budget - fixedByteCount - phaseRing - arena
            // Pages that keep their bytes are large ones.
            let resident = Self.rounded(end) <= room ? Self.rounded(end) : room / Self.evictionGranularity * Self.evictionGranularity
            let streamed = phase.units.filter { unit in spans[unit.key].map { $0.upperBound > resident } ?? true }
            return MemoryPlan.PhasePlan(
                phase: phase.phase, arenaByteCount: arena, lowerBoundByteCount: phase.arena.lowerBound, residentByteCount: resident,
                ringByteCount: phaseRing, streamedByteCount: Self.sum(streamed),
                peakByteCount: fixedByteCount + phaseRing + resident + arena, floatingPointOperations: phase.work.total,
                arena: phase.arena, streamedUnits: streamed)
        }
        return MemoryPlan(
            budgetByteCount: budget, offload: offload, contextByteCount: contextByteCount, keptByteCount: needs.keptByteCount,
            phases: phases, residentSpans: spans)
    }

    /// The smallest budget, by the phase that needs most.
    private func refusal(_ budget: Int, _ smallest: [(phase: RunNeeds.PhaseNeeds, weights: Int)]) -> BudgetRefusal {
        let totals = smallest.map { (phase: $0.phase, weights: $0.weights, total: fixedByteCount + $0.weights + arenaByteCount($0.phase)) }
        let binding = totals.max { $0.total < $1.total }
        return BudgetRefusal(
            budgetByteCount: budget, offload: offload, smallestByteCount: binding?.total ?? fixedByteCount,
            bindingPhase: binding?.phase.phase ?? .denoise, contextByteCount: contextByteCount, keptByteCount: needs.keptByteCount,
            weightsByteCount: binding?.weights ?? 0, arenaByteCount: binding.map { arenaByteCount($0.phase) } ?? 0)
    }

    /// Which of a step's units stay, so that streamed bytes follow compute evenly.
    private func chooseResidents(within room: Int) -> [StoredUnit] {
        let units = stepUnits
        // Only shares of the step's time matter here.
        let plan = ResidencyPlan(
            streamUnits(operationsPerSecond: 1e12), residentByteCount: room / Self.granularity * Self.granularity)
        return zip(units, plan.isResident).filter(\.1).map(\.0)
    }

    /// A step's units, each with the time of what is computed from its lease to the next.
    private func streamUnits(operationsPerSecond rate: Double) -> [StreamUnit] {
        needs.phases.filter { $0.phase == .denoise }.flatMap { step in
            zip(step.units, step.work.byLease).map { unit, operations in
                StreamUnit(byteCount: unit.byteCount, nanoseconds: Int(Double(operations) / rate * 1e9))
            }
        }
    }

    private var fixedByteCount: Int { contextByteCount + needs.keptByteCount }
    private var stepUnits: [StoredUnit] { Self.distinct(needs.phases.filter { $0.phase == .denoise }.flatMap(\.units)) }
    /// What every picture reads first, so that a picture whose prompt is encoded already finds it where the last one left it.
    private var distinctUnits: [StoredUnit] {
        let order: [Phase] = [.denoise, .modulation, .decode, .t5, .clip]
        return Self.distinct(order.flatMap { phase in needs.phases.filter { $0.phase == phase }.flatMap(\.units) })
    }

    private func arenaByteCount(_ phase: Phase) -> Int { needs.phases.first { $0.phase == phase }.map { arenaByteCount($0) } ?? 0 }
    private func arenaByteCount(_ phase: RunNeeds.PhaseNeeds) -> Int { Self.rounded(phase.arena.byteCount) }

    private static func rounded(_ byteCount: Int) -> Int { (byteCount + granularity - 1) / granularity * granularity }
    private static func largest(_ phases: [RunNeeds.PhaseNeeds]) -> Int { phases.flatMap(\.units).map(\.byteCount).max() ?? 0 }
    private static func sum(_ units: [StoredUnit]) -> Int { units.reduce(0) { $0 + $1.byteCount } }
    private static func distinct(_ units: [StoredUnit]) -> [StoredUnit] {
        var seen: Set<String> = []
        return units.filter { seen.insert($0.key).inserted }
    }
}
