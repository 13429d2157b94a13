import Testing

@testable import Memory

/// Fifty pictures of mixed sizes under one budget, each phase with an arena of its own.
struct MixedPicturesTests {
    private static let budget = 8_000_000_000
    private static let ring = 300_000_000

    private let memory = PaperMemory()
    private let ledger = Ledger(device: "paper", budgetByteCount: budget)
    private let regions: PagedRegions

    init() throws { regions = try PagedRegions(backend: memory, ledger: ledger, reservedByteCount: Self.budget) }

    /// Replays a phase in its arena; what the budget leaves goes to residents.
    /// - Returns: the most bytes held and the bytes mapped.
    private func run(_ trace: AllocationTrace) throws -> (live: Int, mapped: Int) {
        let plan = ArenaPlan(trace.lifetimes)
        let arena = plan.byteCount.roundedUp(to: regions.granularity)
        let residents = (Self.budget - arena - Self.ring.roundedUp(to: regions.granularity)) / regions.granularity * regions.granularity
        try regions.beginPhase([.resident: residents, .ring: Self.ring, .arena: arena])
        let device = ArenaDevice(beside: NullDevice(), arena: regions.address(of: .arena))
        device.begin(plan)
        var held: [Int: Storage] = [:]
        for event in trace.events {
            switch event {
            case .allocate(let index):
                held[index] = try device.allocate(byteCount: plan.lifetimes[index].byteCount, for: .activations)
            case .free(let index): held[index] = nil
            }
        }
        #expect(device.reading.highWaterByteCount == plan.byteCount)
        return (device.reading.peakByteCount, regions.mappedByteCount(of: .arena))
    }

    @Test(arguments: PictureSequence.allCases)
    func `in any order the arena wastes less than one percent, phases end as in a fresh process, and memory stays flat`(
        sequence: PictureSequence
    ) throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        var mostLive = 0
        var mostMapped = 0
        var physical: Set<Int> = []
        for (width, height) in sequence.sizes.shuffled(using: &generator) {
            let phases = [
                FluxTrace.textEncoder(), FluxTrace.transformerStep(width: width, height: height, kernels: .fused),
                FluxTrace.decoder(width: width, height: height, kernels: .fused),
            ]
            for trace in phases {
                let (live, mapped) = try run(trace)
                #expect(mapped - live < 2 << 20, "seed \(generator.seed), \(width)x\(height)")
                #expect(mapped == ArenaPlan(trace.lifetimes).byteCount.roundedUp(to: 2 << 20))
                mostLive = max(mostLive, live)
                mostMapped = max(mostMapped, mapped)
                #expect(try memory.physicalByteCount() == ledger.reading.liveByteCount)
                physical.insert(ledger.reading.liveByteCount)
            }
        }
        #expect(1 - Double(mostLive) / Double(mostMapped) < 0.01, "seed \(generator.seed)")
        #expect(ledger.reading.peakByteCount <= Self.budget)
        // Residents take what the arena leaves, so the sum never moves by more than what rounding leaves over.
        #expect(physical.max()! - physical.min()! < 2 << 20, "seed \(generator.seed)")
    }

    @Test func `four kinds of fragmentation are measured`() throws {
        let fragmentation = Fragmentation(
            held: [60..<80, 0..<40], requestedByteCount: 45, peakByteCount: 90, mappedByteCount: 120, peakMappedByteCount: 100)
        #expect(abs(fragmentation.peak - 0.1) < 1e-12)
        #expect(fragmentation.now == 0.5)
        #expect(abs(fragmentation.hole - (1 - 40.0 / 60)) < 1e-12)
        #expect(fragmentation.rounding == 0.25)
        let empty = Fragmentation(held: [], requestedByteCount: 0, peakByteCount: 0, mappedByteCount: 0, peakMappedByteCount: 0)
        #expect([empty.peak, empty.now, empty.hole, empty.rounding] == [0, 0, 0, 0])
    }
}
