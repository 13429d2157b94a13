import Memory
import Synchronization
import Tensors
import Weights

/// The device's memory under one budget, from picture to picture: regions, and the weights that stay in them.
final class BudgetMemory: Sendable {
    private let regions: PagedRegions
    let arena: ArenaDevice
    /// Keys of the units whose bytes are in the resident region, and the offsets they are at.
    private let resident = Mutex<[String: Int]>([:])

    init(budgetByteCount: Int, ledger: Ledger) throws {
        regions = try PagedRegions(backend: HostVirtualMemory(), ledger: ledger, reservedByteCount: budgetByteCount)
        arena = ArenaDevice(
            beside: HostDevice(ledger: ledger), arena: regions.address(of: .arena), owners: RunRecorder.arenaOwners)
    }

    /// Lays the regions out for a phase. What stays of the weights keeps its bytes as far as the phase leaves room.
    func begin(_ phase: MemoryPlan.PhasePlan, of plan: MemoryPlan) throws {
        resident.withLock { resident in
            resident = resident.filter { key, offset in
                plan.residentSpans[key]?.lowerBound == offset && plan.isResident(key, in: phase)
            }
        }
        // Shrink before growing, so that the sum never passes the budget.
        for region in [Region.resident, .ring, .arena] {
            if regions.mappedByteCount(of: region) > phase.byteCount(of: region, plan) { try resize(region, phase, plan) }
        }
        for region in [Region.resident, .ring, .arena] { try resize(region, phase, plan) }
        arena.begin(phase.arena)
    }

    private func resize(_ region: Region, _ phase: MemoryPlan.PhasePlan, _ plan: MemoryPlan) throws {
        let byteCount = phase.byteCount(of: region, plan)
        try regions.resize(region, to: byteCount, keeping: region == .resident ? byteCount : 0)
    }

    /// A span of a region; its pages are mapped as long as the phase.
    func storage(_ region: Region, _ bytes: Range<Int>) -> Storage {
        regions.storage(region, bytes)
    }

    func isLoaded(_ key: String) -> Bool { resident.withLock { $0[key] != nil } }
    func markLoaded(_ key: String, at offset: Int) { resident.withLock { $0[key] = offset } }

    /// Forgets all weights and gives every page back.
    func removeAll() throws {
        resident.withLock { $0.removeAll() }
        try regions.removeAll()
    }
}

extension MemoryPlan {
    /// Whether a unit stays while a phase runs: its end lies in what the phase leaves of the resident region.
    func isResident(_ key: String, in phase: PhasePlan) -> Bool {
        guard let span = residentSpans[key] else { return false }
        return span.upperBound <= phase.residentByteCount
    }
}

extension MemoryPlan.PhasePlan {
    fileprivate func byteCount(of region: Region, _ plan: MemoryPlan) -> Int {
        switch region {
        case .resident: residentByteCount
        case .ring: plan.ringByteCount
        case .arena: arenaByteCount
        }
    }
}
