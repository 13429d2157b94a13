import Memory
import Synchronization
import SystemPackage
import Weights

/// The memory of one run that follows a plan: each phase's arena, and weights that stay or pass through the ring.
final class PlannedRun: PhaseMemory, UnitSource {
    private let plan: MemoryPlan
    private let memory: BudgetMemory
    private let reader = FileSpanReader()
    private let current: Mutex<MemoryPlan.PhasePlan?> = Mutex(nil)

    init(_ plan: MemoryPlan, in memory: BudgetMemory) {
        self.plan = plan
        self.memory = memory
    }

    func begin(_ phase: Phase) throws {
        let planned = plan.phase(phase)
        current.withLock { $0 = planned }
        if let planned { try memory.begin(planned, of: plan) }
    }

    func beginStep() {
        if let arena = current.withLock({ $0?.arena }) { memory.arena.begin(arena) }
    }

    func steps(of count: Int) -> Range<Int> { 0..<count }

    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R {
        let phase = current.withLock { $0 }
        if let span = plan.residentSpans[unit.key], let phase, plan.isResident(unit.key, in: phase) {
            let storage = memory.storage(.resident, span)
            if !memory.isLoaded(unit.key) {
                try read(unit, into: storage)
                memory.markLoaded(unit.key, at: span.lowerBound)
            }
            return try body(storage)
        }
        let storage = memory.storage(.ring, 0..<unit.byteCount)
        try read(unit, into: storage)
        return try body(storage)
    }

    private func read(_ unit: StoredUnit, into storage: Storage) throws {
        for piece in unit.pieces { try reader.read(piece.bytes, of: piece.file.string, into: storage, at: piece.offset) }
    }
}
