import Memory
import Testing

struct ExpandableSegmentTests {
    private struct Buffer {
        let bytes: Range<Int>
        let value: UInt8
        var ends: [Range<Int>] { [bytes.lowerBound..<bytes.lowerBound + 1, bytes.upperBound - 1..<bytes.upperBound] }
    }

    private let ledger = Ledger(device: "host", budgetByteCount: 96 << 20)
    private let regions: PagedRegions
    private let segment: ExpandableSegment

    init() throws {
        regions = try PagedRegions(backend: HostVirtualMemory(), ledger: ledger, reservedByteCount: 1 << 30)
        segment = ExpandableSegment(regions: regions, region: .arena)
    }

    private func fill(_ bytes: Range<Int>, _ value: UInt8) {
        UnsafeMutableRawBufferPointer(start: .init(bitPattern: regions.address(of: .arena) + UInt(bytes.lowerBound)), count: bytes.count)
            .initializeMemory(as: UInt8.self, repeating: value)
    }

    private func holds(_ bytes: Range<Int>, _ value: UInt8) -> Bool {
        UnsafeRawBufferPointer(start: .init(bitPattern: regions.address(of: .arena) + UInt(bytes.lowerBound)), count: bytes.count)
            .allSatisfy { $0 == value }
    }

    @Test func `freed neighbours merge into a hole that takes a larger buffer`() throws {
        let buffers = try (0..<4).map { _ in try segment.allocate(byteCount: 1 << 20) }
        segment.free(buffers[0])
        segment.free(buffers[2])
        segment.free(buffers[1])
        #expect(try segment.allocate(byteCount: 3 << 20) == 0..<3 << 20)
        #expect(segment.liveByteCount == 4 << 20)
    }

    @Test func `the smallest adequate hole is taken`() throws {
        let buffers = try [3, 1, 2, 1].map { try segment.allocate(byteCount: $0 << 20) }
        segment.free(buffers[0])
        segment.free(buffers[2])
        #expect(try segment.allocate(byteCount: 2 << 20).lowerBound == buffers[2].lowerBound)
    }

    @Test func `pages no buffer touches are given back, and mapped elsewhere when memory is short`() throws {
        let low = try segment.allocate(byteCount: 64 << 20)
        let high = try segment.allocate(byteCount: 16 << 20)
        fill(high, 7)
        segment.free(low)
        #expect(ledger.reading.liveByteCount == 80 << 20)
        // 72 MiB fit in no hole: they go on top, and only the pages of the hole leave room for them in the budget.
        let top = try segment.allocate(byteCount: 72 << 20)
        #expect(top.lowerBound == high.upperBound)
        fill(top, 9)
        #expect(holds(high, 7) && holds(top, 9))
        #expect(ledger.reading.peakByteCount <= 96 << 20)
        segment.free(top)
        segment.free(high)
        try segment.trim()
        #expect(regions.mappedByteCount(of: .arena) == 0)
    }

    @Test func `a buffer that fits in no way is refused and takes nothing`() throws {
        let held = try segment.allocate(byteCount: 50 << 20)
        #expect(throws: MemoryError.self) { try segment.allocate(byteCount: 50 << 20) }
        #expect(segment.liveByteCount == held.count)
        segment.free(held)
        _ = try segment.allocate(byteCount: 90 << 20)
    }

    @Test func `live buffers never overlap and keep their contents through growth and trims`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        var live: [Buffer] = []
        for round in 0..<400 {
            let comment: Comment = "seed \(generator.seed), round \(round)"
            if live.isEmpty || Bool.random(using: &generator) {
                let byteCount = Int.random(in: 1...(8 << 20), using: &generator)
                do {
                    let bytes = try segment.allocate(byteCount: byteCount)
                    #expect(bytes.count == byteCount && bytes.lowerBound % 512 == 0, comment)
                    #expect(!live.contains { $0.bytes.overlaps(bytes) }, comment)
                    let buffer = Buffer(bytes: bytes, value: UInt8(round & 255))
                    for end in buffer.ends { fill(end, buffer.value) }
                    live.append(buffer)
                } catch { guard case .overBudget = error else { throw error } }
            } else {
                let buffer = live.remove(at: .random(in: 0..<live.count, using: &generator))
                #expect(buffer.ends.allSatisfy { holds($0, buffer.value) }, comment)
                segment.free(buffer.bytes)
            }
            if round % 37 == 0 { try segment.trim() }
            #expect(segment.liveByteCount == live.reduce(0) { $0 + $1.bytes.count }, comment)
        }
        for buffer in live { segment.free(buffer.bytes) }
        try segment.trim()
        #expect(regions.mappedByteCount(of: .arena) == 0)
    }
}
