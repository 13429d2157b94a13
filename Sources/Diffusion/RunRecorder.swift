import Memory
import Synchronization
import Tensors
import Weights

/// Watches a dry run: which buffers each phase takes and for how long, and which weights it leases, in order.
final class RunRecorder: PhaseMemory, UnitSource {
    /// What lies in the arena: everything but what a run keeps, and the weights as they are stored.
    static let arenaOwners: Set<MemoryOwner> = [.activations, .workspace, .weights]
    private static let keptOwners: [MemoryOwner] = [.conditioning, .modulation]

    private struct State {
        var phases: [RecordedPhase] = []
        var keptByteCount = 0
    }

    private struct RecordedPhase {
        let phase: Phase
        let firstAllocation: Int
        var units: [StoredUnit] = []
        /// Times that what was recorded happens.
        var repetitions = 1
    }

    private let device = RecordingDevice(owners: arenaOwners)
    let backend: any Backend
    private let state = Mutex(State())

    init(for backend: any Backend) {
        self.backend = backend.planning(on: device)
    }

    func begin(_ phase: Phase) {
        state.withLock { state in
            state.phases.append(RecordedPhase(phase: phase, firstAllocation: device.trace.count))
            state.keptByteCount = max(state.keptByteCount, keptNow)
        }
    }

    func beginStep() {
        state.withLock { $0.keptByteCount = max($0.keptByteCount, keptNow) }
    }

    func steps(of count: Int) -> Range<Int> { 0..<min(1, count) }

    /// All tiles lease the same weights, so one is recorded.
    func tiles(of count: Int) -> Range<Int> {
        state.withLock { $0.phases[$0.phases.count - 1].repetitions = count }
        return 0..<1
    }

    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R {
        state.withLock { $0.phases[$0.phases.count - 1].units.append(unit) }
        return try body(backend.device.allocate(byteCount: unit.byteCount, for: .ring))
    }

    private var keptNow: Int {
        let held = device.ledger.reading.byteCounts
        return Self.keptOwners.reduce(0) { $0 + held[$1, default: 0] }
    }

    /// What was recorded.
    /// - Parameter work: Of the same run.
    func needs(_ work: [WorkCounter.PhaseWork]) -> RunNeeds {
        let lifetimes = device.trace.lifetimes
        return state.withLock { state in
            let ends = state.phases.dropFirst().map(\.firstAllocation) + [lifetimes.count]
            return RunNeeds(
                phases: zip(zip(state.phases, ends), work).map { recorded, work in
                    let (recorded, end) = recorded
                    return RunNeeds.PhaseNeeds(
                        phase: recorded.phase, arena: ArenaPlan(Array(lifetimes[recorded.firstAllocation..<end])),
                        units: Array(repeatElement(recorded.units, count: recorded.repetitions).joined()), work: work)
                },
                keptByteCount: state.keptByteCount)
        }
    }
}

/// What a run needs whatever its budget: an arena for each phase, the weights each phase reads in order, and what it keeps.
struct RunNeeds: Sendable {
    struct PhaseNeeds: Sendable {
        let phase: Phase
        let arena: ArenaPlan
        /// In the order they are leased; of the denoising phase, one step's.
        let units: [StoredUnit]
        /// Of the denoising phase, one step's.
        let work: WorkCounter.PhaseWork
    }

    let phases: [PhaseNeeds]
    /// Bytes that live from phase to phase, modulation rows included.
    let keptByteCount: Int
}
