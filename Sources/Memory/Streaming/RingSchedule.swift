/// Where in a ring of bytes streamed chunks lie, in the order they are read, and what each must wait for.
///
/// A use is what holds chunks at the same time: one operation, or one block. Chunks of a use are taken together and given back
/// together, uses follow one another, and a chunk never straddles the end of the ring. The sequence of a whole run is laid out, so
/// the ring does not empty between steps or phases.
public struct RingSchedule: Equatable, Sendable {
    /// One chunk on its way into the ring.
    public struct Fill: Equatable, Sendable {
        /// Which chunk, an index into the sizes the schedule was made of.
        public let chunk: Int
        /// The use that needs it.
        public let use: Int
        /// Its bytes in the ring.
        public let bytes: Range<Int>
        /// The last use whose chunks lie in these bytes before: it must have given them back. `nil` where they are untouched.
        public let awaitedUse: Int?
    }

    /// Every fill of the run in order.
    public let fills: [Fill]
    /// For each use, its fills.
    public let uses: [Range<Int>]
    /// Size of the ring in bytes.
    public let ringByteCount: Int

    /// Lays a run out.
    /// - Parameters:
    ///   - chunkByteCounts: size of each chunk.
    ///   - uses: for each use of the run in order, the chunks it reads; the uses of a step are repeated for each step.
    ///   - ringByteCount: size of the ring.
    ///   - alignment: what offsets are multiples of.
    /// - Throws: `MemoryError.ringTooSmall` below the minimum; with any ring from there on the run cannot come to a standstill.
    public init(chunkByteCounts: [Int], uses: [[Int]], ringByteCount: Int, alignment: Int = 4096) throws(MemoryError) {
        let minimum = Self.minimumRingByteCount(chunkByteCounts: chunkByteCounts, uses: uses, alignment: alignment)
        guard ringByteCount >= minimum else { throw .ringTooSmall(ringByteCount: ringByteCount, minimumByteCount: minimum) }
        var layout = RingLayout(ringByteCount: ringByteCount, alignment: alignment)
        var fills: [Fill] = []
        var ranges: [Range<Int>] = []
        for (use, chunks) in uses.enumerated() {
            let start = fills.count
            let placed = layout.place(chunks.map { chunkByteCounts[$0] }, use: use)
            for (chunk, place) in zip(chunks, placed) {
                fills.append(Fill(chunk: chunk, use: use, bytes: place.bytes, awaitedUse: place.awaitedUse))
            }
            ranges.append(start..<fills.count)
        }
        self.fills = fills
        self.uses = ranges
        self.ringByteCount = ringByteCount
    }

    /// The smallest ring that a run can go through: what its largest use holds at once.
    public static func minimumRingByteCount(chunkByteCounts: [Int], uses: [[Int]], alignment: Int = 4096) -> Int {
        uses.reduce(0) { minimum, chunks in
            // Only the last chunk need not end on a multiple.
            let start = chunks.dropLast().reduce(0) { $0 + chunkByteCounts[$1].roundedUp(to: alignment) }
            return max(minimum, start + (chunks.last.map { chunkByteCounts[$0] } ?? 0))
        }
    }

    /// Bytes that all fills of the run read.
    public var filledByteCount: Int { fills.reduce(0) { $0 + $1.bytes.count } }
}
