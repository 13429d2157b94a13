import Synchronization

/// An allocator over one region, for buffers whose lifetimes nobody planned.
///
/// It grows on demand, merges freed neighbours, and gives pages that lie wholly in holes back: to the other regions by `trim`, and
/// to itself when memory is short, mapping them where they are needed.
public final class ExpandableSegment: Sendable {
    /// The region it allocates in; nobody else maps pages there meanwhile.
    public let region: Region
    private let regions: PagedRegions
    private let state = Mutex(State())

    private struct State {
        var line = BestFit()
        var byteCounts: [Int: Int] = [:]
    }

    /// An allocator with nothing allocated, over a region with any pages.
    public init(regions: PagedRegions, region: Region) {
        self.regions = regions
        self.region = region
    }

    /// Bytes of live buffers.
    public var liveByteCount: Int { state.withLock { $0.byteCounts.values.reduce(0, +) } }

    /// Takes bytes of the region, with memory behind them and undefined contents.
    /// - Returns: the bytes, relative to the region.
    /// - Throws: `MemoryError`, and then nothing was taken.
    public func allocate(byteCount: Int, alignment: Int = 512) throws(MemoryError) -> Range<Int> {
        precondition(byteCount > 0 && alignment > 0, "allocated no bytes")
        return try state.withLock { (state) throws(MemoryError) in
            let offset = state.line.offset(byteCount: byteCount, alignment: alignment)
            let bytes = offset..<offset + byteCount
            do throws(MemoryError) {
                try regions.cover(bytes, of: region)
            } catch {
                guard error.isLackOfMemory else { throw error }
                try uncoverHoles(of: state.line)
                try regions.cover(bytes, of: region)
            }
            state.line.take(bytes)
            state.byteCounts[offset] = byteCount
            return bytes
        }
    }

    /// Returns bytes that `allocate` gave.
    public func free(_ bytes: Range<Int>) {
        state.withLock { state in
            precondition(state.byteCounts.removeValue(forKey: bytes.lowerBound) == bytes.count, "freed what is not allocated")
            state.line.free(bytes)
        }
    }

    /// Takes the pages that no live buffer touches out of the region; other regions, or this one later, may map them.
    public func trim() throws(MemoryError) {
        try state.withLock { (state) throws(MemoryError) in try uncoverHoles(of: state.line) }
    }

    private func uncoverHoles(of line: BestFit) throws(MemoryError) {
        try regions.uncover(line.top..<Int.max, of: region)
        for hole in line.holes { try regions.uncover(hole, of: region) }
    }
}
