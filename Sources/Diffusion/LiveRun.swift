/// How a run under way uses memory.
public struct LiveRun: Sendable {
    public let plan: MemoryPlan
    /// What was read of the weights so far.
    public let traffic: WeightTraffic
    /// Bytes that buffers of the phase hold now.
    public let arenaHeldByteCount: Int
}
