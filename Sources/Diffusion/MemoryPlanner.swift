import Memory
import Weights

/// Lays a run out within a budget, or says what would fit.
struct MemoryPlanner {
    let needs: RunNeeds
    let contextByteCount: Int
    let offload: Offload
    /// Region sizes are multiples of this.
    static let granularity = 2 << 20
    /// Weights that stay make room in steps of this.
    static let evictionGranularity = 32 << 20

    /// - Throws: `BudgetRefusal` with the smallest budget that works.
    func plan(budgetByteCount: Int) throws(BudgetRefusal) -> MemoryPlan {
        if offload == .auto || offload == .none, let plan = everythingResident(budgetByteCount) { return plan }
        let ring = Self.rounded(2 * (distinctUnits.map(\.byteCount).max() ?? 0))
        let stays: [StoredUnit]
        switch offload {
        case .none: throw refusal(budgetByteCount, weights: { _ in Self.rounded(Self.sum(distinctUnits)) })
        case .sequential: stays = []
        case .model: stays = stepUnits
        case .auto:
            let room = budgetByteCount - fixedByteCount - ring - arenaByteCount(.denoise)
            stays = chooseResidents(within: room)
        }
        let resident = Self.rounded(Self.sum(stays))
        let tightest = needs.phases.map { fixedByteCount + ring + arenaByteCount($0) }.max() ?? 0
        let denoise = fixedByteCount + ring + resident + arenaByteCount(.denoise)
        if tightest > budgetByteCount || denoise > budgetByteCount {
            throw refusal(budgetByteCount, weights: { phase in ring + (offload == .model && phase == .denoise ? resident : 0) })
        }
        return makePlan(budgetByteCount, stays: stays, ring: ring)
    }

    private func everythingResident(_ budget: Int) -> MemoryPlan? {
        let largest = needs.phases.map { arenaByteCount($0) }.max() ?? 0
        let resident = Self.rounded(Self.sum(distinctUnits))
        return fixedByteCount + resident + largest <= budget ? makePlan(budget, stays: distinctUnits, ring: 0) : nil
    }

    private func makePlan(_ budget: Int, stays: [StoredUnit], ring: Int) -> MemoryPlan {
        var spans: [String: Range<Int>] = [:]
        var end = 0
        for unit in stays {
            spans[unit.key] = end..<end + unit.byteCount
            end += unit.byteCount
        }
        let phases = needs.phases.map { phase in
            let arena = arenaByteCount(phase)
            let room = budget - fixedByteCount - ring - arena
            // Pages that keep their bytes are large ones.
            let resident = Self.rounded(end) <= room ? Self.rounded(end) : room / Self.evictionGranularity * Self.evictionGranularity
            let streamed = phase.units.filter { unit in spans[unit.key].map { $0.upperBound > resident } ?? true }
            return MemoryPlan.PhasePlan(
                phase: phase.phase, arenaByteCount: arena, lowerBoundByteCount: phase.arena.lowerBound, residentByteCount: resident,
                streamedByteCount: Self.sum(streamed), peakByteCount: fixedByteCount + ring + resident + arena,
                floatingPointOperations: phase.floatingPointOperations, arena: phase.arena, streamedUnits: streamed)
        }
        return MemoryPlan(
            budgetByteCount: budget, offload: offload, contextByteCount: contextByteCount, keptByteCount: needs.keptByteCount,
            ringByteCount: ring, phases: phases, residentSpans: spans)
    }

    /// The smallest budget, by the phase that needs most.
    private func refusal(_ budget: Int, weights: (Phase) -> Int) -> BudgetRefusal {
        func total(_ phase: RunNeeds.PhaseNeeds) -> Int { fixedByteCount + weights(phase.phase) + arenaByteCount(phase) }
        let binding = needs.phases.max { total($0) < total($1) }
        return BudgetRefusal(
            budgetByteCount: budget, offload: offload, smallestByteCount: binding.map(total) ?? fixedByteCount,
            bindingPhase: binding?.phase ?? .denoise, contextByteCount: contextByteCount, keptByteCount: needs.keptByteCount,
            weightsByteCount: binding.map { weights($0.phase) } ?? 0, arenaByteCount: binding.map { arenaByteCount($0) } ?? 0)
    }

    /// Which of a step's units stay, so that streamed bytes follow compute evenly. Blocks of both kinds take the same time on the same
    /// tokens, and the few others next to none.
    private func chooseResidents(within room: Int) -> [StoredUnit] {
        let units = stepUnits
        let plan = ResidencyPlan(
            units.map { StreamUnit(byteCount: $0.byteCount, nanoseconds: 1) }, residentByteCount: room / Self.granularity * Self.granularity
        )
        return zip(units, plan.isResident).filter(\.1).map(\.0)
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
    private static func sum(_ units: [StoredUnit]) -> Int { units.reduce(0) { $0 + $1.byteCount } }
    private static func distinct(_ units: [StoredUnit]) -> [StoredUnit] {
        var seen: Set<String> = []
        return units.filter { seen.insert($0.key).inserted }
    }
}
