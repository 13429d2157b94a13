/// A search for the lowest arena, exact where its limit lets it finish.
///
/// Some order of the buffers, each at the lowest place left to it, gives a lowest arena: the order of the offsets in any such
/// arena. The search goes through the orders and drops the ones that grow as high as the best.
struct ArenaSearch {
    private let lifetimes: [BufferLifetime]
    private let order: [Int]
    private let lowerBound: Int
    private var placementsLeft: Int
    private var bestHeight: Int
    private var best: ArenaLayout?
    private var layout: ArenaLayout
    private var isPlaced: [Bool]

    /// - Parameters:
    ///   - height: what a result must be lower than.
    ///   - lowerBound: the height that ends the search.
    ///   - limit: placements to try.
    init(_ lifetimes: [BufferLifetime], height: Int, lowerBound: Int, limit: Int) {
        self.lifetimes = lifetimes
        self.lowerBound = lowerBound
        placementsLeft = limit
        bestHeight = height
        order = ArenaPlan.order(lifetimes) { $0.occupiedByteCount }
        layout = ArenaLayout(count: lifetimes.count)
        isPlaced = Array(repeating: false, count: lifetimes.count)
    }

    /// The lowest arena found, `nil` where none is lower than the one to beat.
    mutating func run() -> ArenaLayout? {
        place(depth: 0)
        return best
    }

    private mutating func place(depth: Int) {
        if depth == order.count {
            bestHeight = layout.height
            best = layout
            return
        }
        for index in order where !isPlaced[index] {
            guard placementsLeft > 0, bestHeight > lowerBound else { return }
            placementsLeft -= 1
            let before = layout.place(lifetimes[index], at: index) { $0.lowestGap(for: $1) }
            if layout.height < bestHeight {
                isPlaced[index] = true
                place(depth: depth + 1)
                isPlaced[index] = false
            }
            layout.remove(at: index, height: before)
        }
    }
}
