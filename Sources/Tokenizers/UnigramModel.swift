internal import SystemPackage

/// A unigram language model over pieces (Kudo 2018, arXiv 1804.10959) and its most probable segmentation.
struct UnigramModel: Sendable {
    private(set) var pieces: PieceTable
    /// `[count]` log-probabilities.
    private var scores: [Double] = []
    private var lowestScore = Double.infinity
    var unknownID: Int32 = 0

    /// How much less probable an unknown character is than the least probable piece.
    private static let unknownPenalty = 10.0

    init(capacity: Int) {
        pieces = PieceTable(capacity: capacity)
        scores.reserveCapacity(capacity)
    }

    var count: Int { scores.count }

    /// Adds a piece with the next id; of equal pieces the last one counts.
    ///
    /// - Throws: `TokenizerError.scoreNotFinite`.
    mutating func append(_ piece: ArraySlice<UInt8>, score: Double, file: FilePath) throws(TokenizerError) {
        guard score.isFinite else { throw .scoreNotFinite(file: file, token: String(decoding: piece, as: UTF8.self)) }
        pieces.insert(piece, value: Int32(scores.count))
        scores.append(score)
        lowestScore = min(lowestScore, score)
    }

    private struct PathEnd {
        var id: Int32 = 0
        /// The character where the last piece begins; -1 while no path ends here.
        var start = -1
        var score = 0.0
    }

    /// Segments a word by the Viterbi algorithm; adjacent unknown characters become one unknown token.
    ///
    /// The order of the additions and the strict comparison decide between equally probable segmentations,
    /// so both are part of the result.
    func segment(_ word: AlignedText) -> [LocatedToken] {
        var bytes: [UInt8] = []
        var starts: [Int] = []
        for scalar in word.scalars {
            starts.append(bytes.count)
            bytes += String(scalar).utf8
        }
        starts.append(bytes.count)
        var ends = [PathEnd](repeating: PathEnd(), count: starts.count)
        for start in word.scalars.indices {
            extendPaths(from: start, bytes: bytes, starts: starts, ends: &ends)
        }
        return backtrack(ends, origins: word.origins)
    }

    private func extendPaths(from start: Int, bytes: [UInt8], starts: [Int], ends: inout [PathEnd]) {
        var hash = PieceHash()
        var end = start
        let scoreHere = ends[start].score
        func offer(_ end: Int, _ id: Int32, _ score: Double) {
            if ends[end].start < 0 || score > ends[end].score { ends[end] = PathEnd(id: id, start: start, score: score) }
        }
        while end + 1 < starts.count, starts[end + 1] - starts[start] <= max(pieces.longestByteCount, 4) {
            for byte in bytes[starts[end]..<starts[end + 1]] { hash.combine(byte) }
            end += 1
            if let id = pieces[bytes[starts[start]..<starts[end]], hash] {
                offer(end, id, scores[Int(id)] + scoreHere)
            } else if end == start + 1 {
                offer(end, unknownID, lowestScore - Self.unknownPenalty + scoreHere)
            }
        }
    }

    private func backtrack(_ ends: [PathEnd], origins: [Int]) -> [LocatedToken] {
        var tokens: [LocatedToken] = []
        var end = ends.count - 1
        while end > 0 {
            let piece = ends[end]
            let token = LocatedToken(id: piece.id, origin: origins[piece.start])
            if piece.id == unknownID, tokens.last?.id == unknownID { tokens.removeLast() }
            tokens.append(token)
            end = piece.start
        }
        return tokens.reversed()
    }
}
