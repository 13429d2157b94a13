import Testing

@testable import Memory

struct ArenaDeviceTests {
    /// Takes buffers as a phase of a model would; `byteCounts` differ from phase to phase.
    private func run(_ byteCounts: [Int], on device: some MemoryDevice, whileHolding body: ([Storage]) -> Void = { _ in }) throws {
        var held: [Storage] = []
        for (index, byteCount) in byteCounts.enumerated() {
            held.append(try device.allocate(byteCount: byteCount, for: index % 3 == 0 ? .workspace : .activations))
            body(held)
            if held.count > 3 { held.remove(at: index % 3) }
        }
    }

    private func plan(_ byteCounts: [Int]) throws -> ArenaPlan {
        let device = RecordingDevice()
        try run(byteCounts, on: device)
        #expect(device.ledger.reading.liveByteCount == 0)
        return ArenaPlan(device.trace.lifetimes)
    }

    @Test func `a run like the dry run gets the planned offsets, and nobody else's bytes`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for _ in 0..<50 {
            let byteCounts = (0..<30).map { _ in Int.random(in: 0...3000, using: &generator) }
            let plan = try plan(byteCounts)
            let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: max(plan.byteCount, 1), alignment: 512)
            defer { arena.deallocate() }
            let device = ArenaDevice(beside: HostDevice(), arena: UInt(bitPattern: arena.baseAddress))
            for _ in 0..<2 {
                device.begin(plan)
                try run(byteCounts, on: device) { held in
                    let spans = held.map { UInt(bitPattern: $0.address)..<UInt(bitPattern: $0.address) + UInt($0.byteCount) }
                    for (i, span) in spans.enumerated() {
                        #expect(!spans.dropFirst(i + 1).contains { $0.overlaps(span) }, "seed \(generator.seed)")
                    }
                }
            }
            let reading = device.reading
            #expect(reading.liveByteCount == 0 && reading.peakByteCount == plan.lowerBound, "seed \(generator.seed)")
            #expect(reading.highWaterByteCount == plan.byteCount, "seed \(generator.seed)")
            #expect(device.ledger.reading.peakByteCount == 0, "the arena's bytes are booked with its pages")
        }
    }

    @Test func `a run unlike the dry run is refused where it departs`() throws {
        let device = ArenaDevice(beside: NullDevice(), arena: 4096)
        device.begin(try plan([100, 200]))
        let first = try device.allocate(byteCount: 100, for: .activations)
        #expect(throws: MemoryError.planMismatch(index: 1, plannedCount: 2, plannedByteCount: 200, requestedByteCount: 201)) {
            try device.allocate(byteCount: 201, for: .activations)
        }
        let second = try device.allocate(byteCount: 200, for: .activations)
        #expect(throws: MemoryError.planMismatch(index: 2, plannedCount: 2, plannedByteCount: nil, requestedByteCount: 1)) {
            try device.allocate(byteCount: 1, for: .activations)
        }
        #expect(first.byteCount + second.byteCount == 300)
    }

    @Test func `bytes that are held longer than planned are not handed out`() throws {
        let recording = RecordingDevice()
        for _ in 0..<2 { _ = try recording.allocate(byteCount: 100, for: .activations) }
        let device = ArenaDevice(beside: NullDevice(), arena: 4096)
        device.begin(ArenaPlan(recording.trace.lifetimes))
        var held: Storage? = try device.allocate(byteCount: 100, for: .activations)
        #expect(throws: MemoryError.planOverlap(index: 1, heldIndex: 0)) { try device.allocate(byteCount: 100, for: .activations) }
        #expect(held != nil)
        held = nil
        _ = try device.allocate(byteCount: 100, for: .activations)
    }

    @Test func `buffers of other owners and weights are taken beside the arena`() throws {
        let null = NullDevice(budgetByteCount: 150)
        let device = ArenaDevice(beside: null, arena: 4096)
        let rows = try device.allocate(byteCount: 100, for: .modulation)
        #expect(null.ledger.reading.byteCounts == [.modulation: 100] && rows.byteCount == 100)
        #expect(throws: MemoryError.self) { try device.allocate(byteCount: 51, for: .modulation) }
    }
}
