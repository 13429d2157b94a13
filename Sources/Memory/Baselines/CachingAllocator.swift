/// Where a caching allocator, of the kind deep-learning frameworks have, would put buffers; only sizes, no memory.
///
/// Sizes are rounded to 512 bytes. Up to 1 MiB come from segments of 2 MiB; larger ones take the best fit among the free blocks of
/// the large segments, or a new segment: 20 MiB for less than 10 MiB, otherwise the size rounded to 2 MiB. A block is split when
/// the rest is worth keeping, free neighbours merge, and segments are never given back.
struct CachingAllocator: BaselineAllocator {
    private struct Block {
        let segment: Int
        let isLarge: Bool
        var start: Int
        var end: Int
        var byteCount: Int { end - start }
    }

    private(set) var mappedByteCount = 0
    private var segmentCount = 0
    private var free: [Block] = []
    private var held: [Int: Block] = [:]

    mutating func allocate(_ buffer: Int, byteCount: Int) {
        let isLarge = byteCount > 1 << 20
        var block = takeFree(byteCount: byteCount, isLarge: isLarge) ?? addSegment(byteCount: byteCount, isLarge: isLarge)
        let rest = block.byteCount - byteCount
        if isLarge ? rest > 1 << 20 : rest >= 512 {
            var remainder = block
            remainder.start += byteCount
            block.end = remainder.start
            free.append(remainder)
        }
        held[buffer] = block
    }

    mutating func free(_ buffer: Int) {
        guard var block = held.removeValue(forKey: buffer) else { preconditionFailure("freed what is not held") }
        for index in free.indices.reversed() where free[index].segment == block.segment {
            let other = free[index]
            guard other.end == block.start || other.start == block.end else { continue }
            block.start = min(block.start, other.start)
            block.end = max(block.end, other.end)
            free.swapAt(index, free.count - 1)
            free.removeLast()
        }
        free.append(block)
    }

    private mutating func takeFree(byteCount: Int, isLarge: Bool) -> Block? {
        var best: Int?
        for (index, block) in free.enumerated() where block.isLarge == isLarge && block.byteCount >= byteCount {
            if let current = best, !isBetter(block, than: free[current]) { continue }
            best = index
        }
        guard let best else { return nil }
        free.swapAt(best, free.count - 1)
        return free.removeLast()
    }

    private func isBetter(_ a: Block, than b: Block) -> Bool {
        (a.byteCount, a.segment, a.start) < (b.byteCount, b.segment, b.start)
    }

    private mutating func addSegment(byteCount: Int, isLarge: Bool) -> Block {
        let size = !isLarge ? 2 << 20 : byteCount < 10 << 20 ? 20 << 20 : byteCount.roundedUp(to: 2 << 20)
        defer { segmentCount += 1 }
        mappedByteCount += size
        return Block(segment: segmentCount, isLarge: isLarge, start: 0, end: size)
    }
}
