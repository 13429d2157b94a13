import Memory
import Synchronization
import Tensors
import Weights

/// Counts what a run computes, by a dry run on an engine that does nothing else: of each phase, and from each lease of weights to the next.
final class WorkCounter: PhaseMemory, UnitSource {
    /// Floating-point operations of one phase; of the denoising phase, of one step.
    struct PhaseWork: Sendable {
        /// From each lease of weights to the next, in their order; what comes before the first is the first one's.
        fileprivate(set) var byLease: [Int] = []
        fileprivate(set) var total = 0
    }

    private struct State {
        var phases: [PhaseWork] = []
        /// Operations up to the last lease that was counted.
        var counted = 0
    }

    let backend = NullBackend()
    private let state = Mutex(State())

    func begin(_ phase: Phase) {
        state.withLock { state in
            close(&state)
            state.phases.append(PhaseWork())
        }
    }

    func beginStep() {}
    func steps(of count: Int) -> Range<Int> { 0..<min(1, count) }

    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R {
        state.withLock { state in
            if state.phases.last?.byLease.isEmpty == false { close(&state) }
            state.phases[state.phases.count - 1].byLease.append(0)
        }
        return try body(backend.device.allocate(byteCount: unit.byteCount, for: .ring))
    }

    /// Books what was computed since the last lease on it.
    private func close(_ state: inout State) {
        let (now, phase) = (backend.floatingPointOperations, state.phases.count - 1)
        if phase >= 0 {
            state.phases[phase].total += now - state.counted
            if let lease = state.phases[phase].byLease.indices.last { state.phases[phase].byLease[lease] += now - state.counted }
        }
        state.counted = now
    }

    /// What was counted, phase by phase.
    var work: [PhaseWork] {
        state.withLock { state in
            close(&state)
            return state.phases
        }
    }
}
