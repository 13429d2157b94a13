import Memory
import Testing

struct PagedRegionsTests {
    private static let mebibyte = 1 << 20
    private let memory: FaultyMemory
    private let ledger = Ledger(device: "host", budgetByteCount: 256 << 20)
    private let regions: PagedRegions

    init() throws {
        memory = try FaultyMemory()
        regions = try PagedRegions(backend: memory, ledger: ledger, reservedByteCount: 256 << 20)
    }

    /// I1 and I5: pages by owner sum to what was made, what was made is what the kernel counts, and no page is anywhere twice.
    private func expectConsistent(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let reading = ledger.reading
        let physical = try memory.physicalByteCount()
        #expect(physical == memory.createdByteCount, comment, sourceLocation: sourceLocation)
        #expect(reading.liveByteCount == physical, comment, sourceLocation: sourceLocation)
        #expect(reading.byteCounts[.freePool, default: 0] == regions.freeByteCount, comment, sourceLocation: sourceLocation)
        var ids: Set<Int> = []
        for region in Region.allCases {
            let mapped = regions.mappedByteCount(of: region)
            #expect(reading.byteCounts[region.owner, default: 0] == mapped, comment, sourceLocation: sourceLocation)
            var end = 0
            for placement in regions.placements(in: region) {
                #expect(ids.insert(placement.page.id).inserted, comment, sourceLocation: sourceLocation)
                #expect(placement.offset >= end, comment, sourceLocation: sourceLocation)
                end = placement.bytes.upperBound
            }
        }
        #expect(physical <= 256 << 20, comment, sourceLocation: sourceLocation)
    }

    private func word(at offset: Int, of region: Region) -> UnsafeMutablePointer<Int> {
        UnsafeMutablePointer(bitPattern: regions.address(of: region) + UInt(offset))!
    }

    @Test func `a region holds its size rounded to the granularity, in large pages and at most fifteen small ones`() throws {
        for byteCount in [1, 2 << 20, (2 << 20) + 1, 32 << 20, (64 << 20) - 1, 100 << 20, 3 << 20, 0, 95 << 20] {
            let mapped = try regions.resize(.arena, to: byteCount)
            #expect(mapped == (byteCount + (2 << 20) - 1) / (2 << 20) * (2 << 20))
            #expect(regions.placements(in: .arena).filter { $0.page.byteCount == 2 << 20 }.count <= 15)
            #expect(regions.placements(in: .arena).last?.bytes.upperBound ?? 0 == mapped)
            try expectConsistent()
        }
    }

    @Test func `moving pages between regions keeps physical use constant`() throws {
        try regions.resize(.resident, to: 128 << 20)
        try regions.resize(.arena, to: 64 << 20)
        let before = try memory.physicalByteCount()
        for _ in 0..<10 {
            try regions.resize(.resident, to: 64 << 20)
            try regions.resize(.arena, to: 128 << 20)
            #expect(try memory.physicalByteCount() == before)
            try regions.resize(.arena, to: 64 << 20)
            try regions.resize(.resident, to: 128 << 20)
            #expect(try memory.physicalByteCount() == before)
        }
        #expect(regions.freeByteCount == 0 && ledger.reading.peakByteCount == before)
    }

    @Test func `kept bytes keep their contents while a region grows and shrinks`() throws {
        try regions.resize(.resident, to: 38 << 20)
        for offset in stride(from: 0, to: 38 << 20, by: 2 << 20) { word(at: offset, of: .resident).pointee = offset }
        try regions.resize(.resident, to: 150 << 20, keeping: 38 << 20)
        for offset in stride(from: 0, to: 38 << 20, by: 2 << 20) { #expect(word(at: offset, of: .resident).pointee == offset) }
        #expect(try regions.resize(.resident, to: 32 << 20, keeping: 32 << 20) == 32 << 20)
        for offset in stride(from: 0, to: 32 << 20, by: 2 << 20) { #expect(word(at: offset, of: .resident).pointee == offset) }
        try expectConsistent()
    }

    @Test func `a budget that is full of pages of the wrong size still gives the right ones`() throws {
        try regions.resize(.resident, to: 256 << 20)
        try regions.resize(.resident, to: 226 << 20)
        try regions.resize(.ring, to: 28 << 20)
        try expectConsistent()
        #expect(try memory.physicalByteCount() <= 256 << 20)
    }

    @Test func `one page beyond the budget is refused, and another size works afterwards`() throws {
        try regions.resize(.resident, to: 200 << 20)
        #expect(
            throws: MemoryError.overBudget(
                device: "host", owner: .arena, requestedByteCount: 2 << 20, bookedByteCount: 256 << 20, budgetByteCount: 256 << 20)
        ) { try regions.resize(.arena, to: (56 << 20) + 1) }
        try expectConsistent()
        #expect(try regions.resize(.arena, to: 56 << 20) == 56 << 20)
        #expect(
            throws: MemoryError.addressesExhausted(owner: .ring, requestedByteCount: 258 << 20, reservedByteCount: 256 << 20)
        ) { try regions.resize(.ring, to: 257 << 20) }
        try expectConsistent()
    }

    @Test func `random sizes, order and trims never lose or share a page`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for round in 0..<80 {
            let region = Region.allCases.randomElement(using: &generator)!
            let comment: Comment = "seed \(generator.seed), round \(round)"
            let byteCount = Int.random(in: 0...120 << 20, using: &generator)
            do {
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: try regions.trim()
                case 1: try regions.uncover(byteCount / 2..<byteCount, of: region)
                case 2: try regions.cover(byteCount / 2..<byteCount, of: region)
                case 3:
                    try regions.resize(region, to: byteCount, keeping: min(byteCount, regions.mappedByteCount(of: region)))
                default: #expect(try regions.resize(region, to: byteCount) == (byteCount + (2 << 20) - 1) / (2 << 20) * (2 << 20), comment)
                }
            } catch { guard case .overBudget = error else { throw error } }
            try expectConsistent(comment)
        }
        try regions.removeAll()
        #expect(ledger.reading.liveByteCount == 0)
        #expect(try memory.physicalByteCount() == 0)
    }

    /// The calls that a picture's phases make.
    private func picture() throws(MemoryError) {
        try regions.resize(.ring, to: 4 << 20)
        try regions.resize(.resident, to: 38 << 20)
        try regions.resize(.arena, to: 10 << 20)
        try regions.resize(.resident, to: 32 << 20, keeping: 32 << 20)
        try regions.resize(.arena, to: 34 << 20)
        try regions.resize(.arena, to: 0)
        try regions.resize(.resident, to: 38 << 20, keeping: 32 << 20)
        try regions.removeAll()
    }

    @Test func `after a failure of any call the regions are consistent and the next picture works`() throws {
        let before = memory.calls
        try picture()
        let count = memory.calls - before
        #expect(count > 40)
        for call in 0..<count {
            memory.fail(call: call)
            var failed = false
            do { try picture() } catch { failed = true }
            // A page that cannot be made may be replaced by pages that were kept, and then nobody notices.
            #expect(failed || memory.failedCall == "createPage", "call \(call)")
            try expectConsistent("call \(call)")
            memory.fail(call: nil)
            try picture()
            try expectConsistent("after call \(call)")
            #expect(ledger.reading.liveByteCount == 0)
        }
    }

    @Test func `a failing reservation leaves nothing reserved or booked`() throws {
        for call in 0..<3 {
            memory.fail(call: call)
            #expect(throws: MemoryError.callFailed(call: "reserve", byteCount: 2 << 20, code: 5)) {
                try PagedRegions(backend: memory, ledger: ledger, reservedByteCount: 1)
            }
        }
        #expect(ledger.reading.liveByteCount == 0)
    }

    @Test func `regions that go give everything back`() throws {
        let other = Ledger(device: "host")
        do {
            let regions = try PagedRegions(backend: memory, ledger: other, reservedByteCount: 64 << 20)
            try regions.resize(.ring, to: 40 << 20)
            #expect(other.reading.liveByteCount == 40 << 20)
        }
        #expect(other.reading.liveByteCount == 0)
        #expect(try memory.physicalByteCount() == 0)
    }
}
