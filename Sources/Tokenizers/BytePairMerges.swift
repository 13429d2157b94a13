internal import HeapModule

/// The ranked merges of byte-pair encoding, over token ids (Sennrich et al. 2016, arXiv 1508.07909).
struct BytePairMerges: Sendable {
    private struct Merge: Sendable {
        let rank: Int32
        let merged: Int32
    }

    private var table: [UInt64: Merge] = [:]

    init(capacity: Int) {
        table.reserveCapacity(capacity)
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Adds a merge; of two with the same pair the later one counts.
    mutating func add(left: Int32, right: Int32, merged: Int32, rank: Int) {
        table[Self.key(left, right)] = Merge(rank: Int32(rank), merged: merged)
    }

    /// Merges the adjacent pair of the lowest rank, leftmost first, until no pair has a rank.
    func apply(to symbols: [LocatedToken]) -> [LocatedToken] {
        var chain = Chain(ids: symbols.map(\.id))
        var candidates = Heap<Candidate>()
        func offer(_ position: Int) {
            guard let right = chain.next(position), let merge = table[Self.key(chain.ids[position], chain.ids[right])] else { return }
            candidates.insert(Candidate(rank: merge.rank, position: position, merged: merge.merged))
        }
        for position in symbols.indices { offer(position) }
        while let best = candidates.popMin() {
            // Earlier merges may have replaced either symbol since this candidate was offered.
            guard chain.isAlive(best.position), let right = chain.next(best.position),
                table[Self.key(chain.ids[best.position], chain.ids[right])]?.merged == best.merged
            else { continue }
            chain.merge(best.position, with: right, into: best.merged)
            if let left = chain.previous(best.position) { offer(left) }
            offer(best.position)
        }
        return symbols.indices.filter(chain.isAlive).map { LocatedToken(id: chain.ids[$0], origin: symbols[$0].origin) }
    }

    private struct Candidate: Comparable {
        let rank: Int32
        let position: Int
        let merged: Int32

        static func < (left: Candidate, right: Candidate) -> Bool {
            (left.rank, left.position) < (right.rank, right.position)
        }
    }

    /// A doubly linked list over array positions; a merged-away symbol points to itself.
    private struct Chain {
        var ids: [Int32]
        private var nexts: [Int]
        private var previouses: [Int]

        init(ids: [Int32]) {
            self.ids = ids
            nexts = ids.indices.map { $0 + 1 }
            previouses = ids.indices.map { $0 - 1 }
        }

        func next(_ position: Int) -> Int? { nexts[position] < ids.count ? nexts[position] : nil }
        func previous(_ position: Int) -> Int? { previouses[position] >= 0 ? previouses[position] : nil }
        func isAlive(_ position: Int) -> Bool { nexts[position] != position }

        mutating func merge(_ left: Int, with right: Int, into id: Int32) {
            ids[left] = id
            nexts[left] = nexts[right]
            if nexts[right] < ids.count { previouses[nexts[right]] = left }
            nexts[right] = right
        }
    }
}
