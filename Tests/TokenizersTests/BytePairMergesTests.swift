import TestFixtures
import Testing

@testable import Tokenizers

struct BytePairMergesTests {
    private func ids(_ merges: BytePairMerges, _ symbols: [Int32]) -> [Int32] {
        merges.apply(to: symbols.enumerated().map { LocatedToken(id: $1, origin: $0) }).map(\.id)
    }

    @Test func `the pair of the lowest rank merges first, the leftmost of equal ones`() {
        var merges = BytePairMerges(capacity: 2)
        merges.add(left: 1, right: 2, merged: 12, rank: 1)
        merges.add(left: 2, right: 3, merged: 23, rank: 0)
        merges.add(left: 1, right: 1, merged: 11, rank: 2)
        #expect(ids(merges, [1, 2, 3]) == [1, 23])
        #expect(ids(merges, [1, 1, 1]) == [11, 1])
        #expect(ids(merges, [1, 2, 1, 2]) == [12, 12])
    }

    @Test func `merging equals the search for the lowest rank over the whole list, step by step`() {
        var generator = Mutator.fromEnvironment()
        for round in 0..<300 {
            var merges = BytePairMerges(capacity: 40)
            var table: [[Int32]: (rank: Int, merged: Int32)] = [:]
            for rank in 0..<40 {
                // As in a vocabulary, a merge makes a symbol that no other pair makes.
                let pair = (0..<2).map { _ in Int32.random(in: 0..<Int32(4 + rank), using: &generator) }
                guard table[pair] == nil else { continue }
                table[pair] = (rank, Int32(4 + rank))
                merges.add(left: pair[0], right: pair[1], merged: Int32(4 + rank), rank: rank)
            }
            let symbols = (0..<30).map { _ in Int32.random(in: 0..<4, using: &generator) }
            var expected = symbols
            while let best = expected.indices.dropLast().compactMap({ index in
                table[[expected[index], expected[index + 1]]].map { ($0, index) }
            })
            .min(by: { ($0.0.rank, $0.1) < ($1.0.rank, $1.1) }) {
                expected.replaceSubrange(best.1...best.1 + 1, with: [best.0.merged])
            }
            #expect(ids(merges, symbols) == expected, "seed \(generator.seed), round \(round)")
        }
    }
}
