/// Buffers placed so far, in order of their offsets.
struct ArenaLayout: Equatable {
    private struct Placed: Equatable {
        let index: Int
        let start: Int
        let end: Int
        let first: Int
        let last: Int
    }

    private(set) var offsets: [Int]
    /// The end of the highest buffer.
    private(set) var height = 0
    private var placed: [Placed] = []

    init(count: Int) { offsets = Array(repeating: 0, count: count) }

    /// Places a buffer where `choose` says, and returns the height as it was.
    @discardableResult
    mutating func place(_ buffer: BufferLifetime, at index: Int, choose: (Self, BufferLifetime) -> Int) -> Int {
        let before = height
        let size = buffer.occupiedByteCount
        guard size > 0 else { return before }
        let start = choose(self, buffer)
        let entry = Placed(index: index, start: start, end: start + size, first: buffer.first, last: buffer.last)
        var low = 0
        var high = placed.count
        while low < high {
            let middle = (low + high) / 2
            if placed[middle].start < start { low = middle + 1 } else { high = middle }
        }
        placed.insert(entry, at: low)
        offsets[index] = start
        height = max(height, entry.end)
        return before
    }

    /// Takes back the last placement.
    mutating func remove(at index: Int, height before: Int) {
        placed.removeAll { $0.index == index }
        offsets[index] = 0
        height = before
    }

    /// The start of the smallest gap that holds the buffer, the lowest of equals; the top where none does.
    func smallestGap(for buffer: BufferLifetime) -> Int {
        var best: (start: Int, byteCount: Int)?
        let top = forEachGap(for: buffer) { start, byteCount in
            if byteCount < best?.byteCount ?? Int.max { best = (start, byteCount) }
            return false
        }
        return best?.start ?? top
    }

    /// The lowest start that holds the buffer.
    func lowestGap(for buffer: BufferLifetime) -> Int {
        var found: Int?
        let top = forEachGap(for: buffer) { start, _ in
            found = start
            return true
        }
        return found ?? top
    }

    /// Calls `body` with the adequate gaps between buffers held at the same time, upwards, until it returns true.
    /// - Returns: the top: the lowest start above all of them.
    private func forEachGap(for buffer: BufferLifetime, _ body: (_ start: Int, _ byteCount: Int) -> Bool) -> Int {
        let size = buffer.occupiedByteCount
        var end = 0
        for other in placed where other.first <= buffer.last && buffer.first <= other.last {
            if other.start > end {
                let start = end.roundedUp(to: buffer.alignment)
                if start + size <= other.start, body(start, other.start - end) { return start }
            }
            end = max(end, other.end)
        }
        return end.roundedUp(to: buffer.alignment)
    }
}
