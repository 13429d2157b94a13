/// Where the buffers of a phase lie in its arena, with a certificate of how good that is.
///
/// A pure function of the lifetimes: equal inputs give equal plans on every machine. Buffers are placed greedily by size
/// (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", arXiv 2001.03288); when that misses the lower
/// bound, by lifetime, and then a bounded search for an exact solution is tried, and the lowest arena wins.
public struct ArenaPlan: Equatable, Sendable {
    /// How the offsets were found.
    public enum Method: String, Sendable {
        /// The largest buffer first.
        case bySize
        /// The longest-lived buffer first.
        case byLifetime
        /// Orders tried one after the other, up to a limit.
        case bySearch
    }

    /// What was planned, in the order it was given.
    public let lifetimes: [BufferLifetime]
    /// First byte of each buffer, in the same order.
    public let offsets: [Int]
    /// Height of the arena in bytes.
    public let byteCount: Int
    /// The most bytes held at one point in time; a plan of this height has no fragmentation, and none can be lower.
    public let lowerBound: Int
    /// How the offsets were found.
    public let method: Method

    /// Plans an arena.
    /// - Parameters:
    ///   - lifetimes: the buffers, with ids that differ.
    ///   - searchLimit: placements that the search for an exact solution may try before it gives up.
    public init(_ lifetimes: [BufferLifetime], searchLimit: Int = 20_000) {
        self.lifetimes = lifetimes
        lowerBound = lifetimes.peakByteCount
        var best = Self.pack(lifetimes, inOrder: Self.order(lifetimes) { $0.occupiedByteCount })
        var method = Method.bySize
        if best.height > lowerBound {
            let other = Self.pack(lifetimes, inOrder: Self.order(lifetimes) { $0.last - $0.first })
            if other.height < best.height { (best, method) = (other, .byLifetime) }
        }
        if best.height > lowerBound {
            var search = ArenaSearch(lifetimes, height: best.height, lowerBound: lowerBound, limit: searchLimit)
            if let found = search.run() { (best, method) = (found, .bySearch) }
        }
        (offsets, byteCount) = (best.offsets, best.height)
        self.method = method
    }

    /// Share of the arena that is not held at the worst moment: 0 where the height meets its bound.
    public var fragmentation: Double { byteCount == 0 ? 0 : 1 - Double(lowerBound) / Double(byteCount) }

    /// Positions by falling `size`, then by start, then by id.
    static func order(_ lifetimes: [BufferLifetime], by size: (BufferLifetime) -> Int) -> [Int] {
        lifetimes.indices.sorted { a, b in
            let (x, y) = (lifetimes[a], lifetimes[b])
            return (-size(x), x.first, x.id) < (-size(y), y.first, y.id)
        }
    }

    /// Puts each buffer in the smallest adequate gap between those placed before it that are held at the same time, else on top.
    private static func pack(_ lifetimes: [BufferLifetime], inOrder order: [Int]) -> ArenaLayout {
        var layout = ArenaLayout(count: lifetimes.count)
        for index in order { layout.place(lifetimes[index], at: index) { $0.smallestGap(for: $1) } }
        return layout
    }
}
