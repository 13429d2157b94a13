public import Memory

/// A finished picture, and how it came about.
public struct GeneratedImage: Sendable {
    /// As it was drawn: its decoding is either whole or tiled.
    public let request: GenerationRequest
    public let promptSource: PromptSource
    /// The tiles that the picture was decoded in, if it was; then it is not what it would be as a whole.
    public let tiling: DecodeTiling?
    /// 8-bit RGB, row-major, `3·width·height` values.
    public let pixels: [UInt8]
    /// Unpacked `[16, height/8, width/8]`, row-major, before the autoencoder's scaling.
    public let latents: [Float]
    public let latentLayout: LatentLayout
    public let timeline: Timeline
    /// How the run was laid out, where it had a budget.
    public let plan: MemoryPlan?
    /// Most bytes held in each phase, where the run had a budget.
    public let phasePeaks: [Ledger.PhasePeak]
    /// What was read of the weights, where they had a budget.
    public let traffic: WeightTraffic?
    /// What the run held over time, where it had a budget.
    public let memoryCurve: MemoryCurve?
    /// What happened to pages and weights, in order; empty without a budget.
    public let memoryEvents: [MemoryEvent]
    /// How each phase used its buffers' memory; empty without a budget.
    public let arenaUses: [ArenaUse]
    /// Most bytes the device's ledger held at once while this picture was drawn.
    public let peakByteCount: Int
}
