public import Memory

/// How much memory a run held over time, by what it was held for: a sample at each phase and each lease, thinned to a few hundred.
public struct MemoryCurve: Sendable {
    public struct Sample: Sendable {
        /// Seconds from the run's start.
        public let seconds: Double
        public let phase: Phase
        /// Bytes mapped for weights that stay, for the ring, and for the phase's buffers; and the most of the last
        /// that was held since the sample before.
        public let residentByteCount, ringByteCount, arenaByteCount, arenaHeldByteCount: Int
        /// Bytes kept from phase to phase, modulation rows included, and what the process holds besides.
        public let keptByteCount, contextByteCount: Int

        var heldByteCount: Int { residentByteCount + ringByteCount + arenaHeldByteCount + keptByteCount }
    }

    public private(set) var samples: [Sample] = []
    static let sampleLimit = 512

    mutating func add(_ sample: Sample) {
        samples.append(sample)
        if samples.count == 2 * Self.sampleLimit { thin() }
    }

    /// Halves the samples; of two neighbours the fuller one stays, so that peaks do.
    private mutating func thin() {
        samples = stride(from: 0, to: samples.count, by: 2).map { i in
            samples[i].heldByteCount >= samples[i + 1].heldByteCount ? samples[i] : samples[i + 1]
        }
    }
}

/// How a phase used its arena at the fullest moment.
public struct ArenaUse: Sendable {
    public let phase: Phase
    /// Bytes held in the arena, bytes mapped for it, and bytes of the ring beside it, which count as held.
    public let heldByteCount, mappedByteCount, ringByteCount: Int
    /// Of the arena, at that moment.
    public let fragmentation: Fragmentation
}

extension [ArenaUse] {
    /// 1 − most held ÷ most mapped in the arena, over these phases.
    public var fragmentationPeak: Double {
        share {
            $0.heldByteCount
        } of: {
            $0.mappedByteCount
        }
    }
    /// The same of all memory that changes hands while a picture is drawn: the arena and the ring.
    public var dynamicFragmentationPeak: Double {
        share {
            $0.heldByteCount + $0.ringByteCount
        } of: {
            $0.mappedByteCount + $0.ringByteCount
        }
    }

    private func share(held: (ArenaUse) -> Int, of mapped: (ArenaUse) -> Int) -> Double {
        let most = map(mapped).max() ?? 0
        return most == 0 ? 0 : 1 - Double(map(held).max() ?? 0) / Double(most)
    }
}
