import Diffusion
import Memory

/// Readings of what the engine holds, four times a second at most.
struct MemoryWatch {
    private static let interval = Duration.milliseconds(250)

    private var sent: ContinuousClock.Instant?
    /// How the last run that was seen was laid out.
    private var plan: MemoryPlan?
    private var traffic: WeightTraffic?

    /// A reading, if the last one is long enough ago.
    mutating func take(_ engine: Engine, _ live: LiveRun?, at now: ContinuousClock.Instant = .now) -> MemoryReading? {
        if let live { (plan, traffic) = (live.plan, live.traffic) }
        if let sent, now - sent < Self.interval { return nil }
        sent = now
        return reading(engine, live)
    }

    func reading(_ engine: Engine, _ live: LiveRun? = nil) -> MemoryReading {
        let (account, ledger) = (engine.ledger.reading, engine.ledger)
        func held(_ owners: MemoryOwner...) -> Int { owners.reduce(0) { $0 + account.byteCounts[$1, default: 0] } }
        return MemoryReading(
            now: account.liveByteCount, peak: account.peakByteCount, predicted: plan?.predictedPeakByteCount,
            budget: ledger.budgetByteCount, freeOutside: HostMemory.availableByteCount, rung: plan.map(MemoryReading.Rung.init),
            owners: .init(
                context: held(.context), resident: held(.resident), ring: held(.ring), arena: held(.arena),
                kept: held(.conditioning, .modulation), arenaHeld: live?.arenaHeldByteCount),
            streamedBytes: traffic?.streamedByteCount ?? 0, hiddenShare: traffic?.hiddenShare)
    }
}

extension MemoryReading.Rung {
    init(_ plan: MemoryPlan) {
        let denoise = plan.phase(.denoise)?.residentByteCount ?? 0
        let decode = plan.phase(.decode)?.residentByteCount ?? 0
        if decode < denoise {
            self = .evicting
        } else if plan.phases.allSatisfy({ $0.streamedByteCount == 0 }) {
            self = .resident
        } else {
            self = denoise == 0 ? .ringMinimum : .streaming
        }
    }
}
