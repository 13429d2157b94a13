/// Where buffers lie on a line without an end, one by one and with no knowledge of what comes: the smallest hole that is large
/// enough, the lowest of equals, else on top. Freed neighbours merge.
struct BestFit {
    /// Bytes between live buffers, in order; never empty ranges, never adjacent to one another or to `top`.
    private(set) var holes: [Range<Int>] = []
    /// The end of the highest live buffer.
    private(set) var top = 0

    /// Where a buffer would lie.
    func offset(byteCount: Int, alignment: Int) -> Int {
        let adequate = holes.filter { $0.lowerBound.roundedUp(to: alignment) + byteCount <= $0.upperBound }
        // `min` keeps the first of equals.
        let hole = adequate.min { $0.count < $1.count }
        return (hole?.lowerBound ?? top).roundedUp(to: alignment)
    }

    /// Takes bytes that `offset` found.
    mutating func take(_ bytes: Range<Int>) {
        if bytes.lowerBound >= top {
            if bytes.lowerBound > top { holes.append(top..<bytes.lowerBound) }
            top = bytes.upperBound
            return
        }
        guard let index = holes.firstIndex(where: { $0.lowerBound <= bytes.lowerBound && bytes.upperBound <= $0.upperBound }) else {
            preconditionFailure("took bytes that are not free")
        }
        let hole = holes[index]
        let rest = [hole.lowerBound..<bytes.lowerBound, bytes.upperBound..<hole.upperBound].filter { !$0.isEmpty }
        holes.replaceSubrange(index...index, with: rest)
    }

    /// Returns the bytes of a live buffer.
    mutating func free(_ bytes: Range<Int>) {
        precondition(bytes.upperBound <= top && !holes.contains { $0.overlaps(bytes) }, "freed bytes that are free")
        var index = holes.firstIndex { $0.lowerBound >= bytes.upperBound } ?? holes.count
        var merged = bytes
        if index < holes.count, holes[index].lowerBound == merged.upperBound {
            merged = merged.lowerBound..<holes.remove(at: index).upperBound
        }
        if index > 0, holes[index - 1].upperBound == merged.lowerBound {
            index -= 1
            merged = holes.remove(at: index).lowerBound..<merged.upperBound
        }
        if merged.upperBound == top { top = merged.lowerBound } else { holes.insert(merged, at: index) }
    }
}
