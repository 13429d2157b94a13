import Memory
import Weights

/// How a run's weights may use memory.
public enum Offload: String, Sendable, CaseIterable {
    /// Whatever the budget allows.
    case auto
    /// All weights stay; refused where they do not fit.
    case none
    /// The transformer stays while it runs; the other components pass through the ring.
    case model
    /// Every block passes through the ring, every time it runs.
    case sequential
}

/// A run laid out within a budget: a pure function of the run's needs and the budget.
public struct MemoryPlan: Sendable {
    public struct PhasePlan: Sendable {
        public let phase: Phase
        /// Bytes mapped for the phase's buffers, and the least any layout could do with.
        public let arenaByteCount: Int
        public let lowerBoundByteCount: Int
        /// Bytes mapped for weights that stay.
        public let residentByteCount: Int
        /// Size of the ring that other weights pass through; 0 where none do.
        public let ringByteCount: Int
        /// Bytes that pass through the ring: of the denoising phase, in each step.
        public let streamedByteCount: Int
        /// Bytes of the device that are held at the phase's peak.
        public let peakByteCount: Int
        /// Of the denoising phase, one step's.
        public let floatingPointOperations: Int
        let arena: ArenaPlan
        /// What passes through the ring, in order.
        let streamedUnits: [StoredUnit]
    }

    public let budgetByteCount: Int
    public let offload: Offload
    /// What the process holds besides: measured before the run, with room for code and threads still to come.
    public let contextByteCount: Int
    public let keptByteCount: Int
    public let phases: [PhasePlan]
    /// Where each unit that stays lies in the resident region, which is ordered by first use.
    let residentSpans: [String: Range<Int>]

    /// The largest ring of any phase.
    public var ringByteCount: Int { phases.map(\.ringByteCount).max() ?? 0 }
    public var predictedPeakByteCount: Int { phases.map(\.peakByteCount).max() ?? 0 }
    /// 1 − most bytes held in the arena / most bytes mapped for it, over the run.
    public var fragmentationPeak: Double {
        let mapped = phases.map(\.arenaByteCount).max() ?? 0
        return mapped == 0 ? 0 : 1 - Double(phases.map(\.lowerBoundByteCount).max() ?? 0) / Double(mapped)
    }
    public var streamedBytesPerStep: Int { phases.first { $0.phase == .denoise }?.streamedByteCount ?? 0 }

    /// Where a unit lies that stays while a phase runs; `nil` for those that the phase leaves no room for.
    func residentSpan(_ key: String, in phase: PhasePlan) -> Range<Int>? {
        residentSpans[key].flatMap { $0.upperBound <= phase.residentByteCount ? $0 : nil }
    }

    /// A stretch of phases that one ring serves, and what passes through it in order.
    struct RingStretch {
        let phases: [Phase]
        let byteCount: Int
        let units: [StoredUnit]
    }

    /// The rings of a run of so many steps, one after the other: weights of a phase arrive ahead of it where the ring stays the same.
    func ringStretches(steps: Int) -> [RingStretch] {
        var stretches: [RingStretch] = []
        for phase in phases {
            let units = Array(repeatElement(phase.streamedUnits, count: phase.phase == .denoise ? steps : 1).joined())
            if let last = stretches.last, last.byteCount == phase.ringByteCount {
                stretches[stretches.count - 1] = RingStretch(
                    phases: last.phases + [phase.phase], byteCount: last.byteCount, units: last.units + units)
            } else {
                stretches.append(RingStretch(phases: [phase.phase], byteCount: phase.ringByteCount, units: units))
            }
        }
        return stretches
    }

    public func phase(_ phase: Phase) -> PhasePlan? { phases.first { $0.phase == phase } }
}

/// A run that no layout fits within the budget.
public struct BudgetRefusal: Error, Sendable {
    public let budgetByteCount: Int
    public let offload: Offload
    /// The smallest budget that works for this run.
    public let smallestByteCount: Int
    /// The phase that needs it, and what it needs it for.
    public let bindingPhase: Phase
    public let contextByteCount, keptByteCount, weightsByteCount, arenaByteCount: Int
    /// Side of the largest square picture that fits the same budget, pixels; `nil` if none does, or before it was looked for.
    public internal(set) var largestSide: Int?
    /// Whether the budget is enough for the same picture decoded in tiles, which the request did not allow.
    public internal(set) var fitsInTiles = false
}

extension BudgetRefusal: CustomStringConvertible {
    public var description: String {
        """
        does not fit \(budgetByteCount.mebibytes) with offload \(offload.rawValue): the smallest budget that works is \
        \(smallestByteCount.mebibytes), bound by \(bindingPhase.rawValue) (buffers \(arenaByteCount.mebibytes), \
        weights \(weightsByteCount.mebibytes), kept \(keptByteCount.mebibytes), process \(contextByteCount.mebibytes))\
        \(largestSide.map { "; \($0)×\($0) fits this budget" } ?? "")\
        \(fitsInTiles ? "; so does this size with tiled decoding, which is not exact (--allow-tiling)" : "")
        """
    }
}

extension Int {
    /// Rounded up, so that a budget read off a message works.
    fileprivate var mebibytes: String { "\((self + 0xfffff) >> 20)MiB" }
}
