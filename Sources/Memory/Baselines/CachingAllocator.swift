/// Where a caching allocator, of the kind deep-learning frameworks have, would put buffers; only sizes, no memory.
///
/// Sizes are rounded to 512 bytes. Up to 1 MiB come from segments of 2 MiB; larger ones take the best fit among the free blocks of
/// the large segments, or a new segment: 20 MiB for less than 10 MiB, otherwise the size rounded to 2 MiB. A block is split when
/// the rest is worth keeping, free neighbours merge, and segments are never given back.
struct CachingAllocator: BaselineAllocator {
    private struct Block {
        var segment: Int
        var bytes: Range<Int>
    }

    private(set) var mappedByteCount = 0
    private var segments: [(byteCount: Int, isLarge: Bool)] = []
    private var free: [Block] = []
    private var held: [Int: Block] = [:]

    mutating func allocate(_ buffer: Int, byteCount: Int) {
        let isLarge = byteCount > 1 << 20
        var block = takeFree(byteCount: byteCount, isLarge: isLarge) ?? addSegment(byteCount: byteCount, isLarge: isLarge)
        let rest = block.bytes.count - byteCount
        if isLarge ? rest > 1 << 20 : rest >= 512 {
            let end = block.bytes.lowerBound + byteCount
            free.append(Block(segment: block.segment, bytes: end..<block.bytes.upperBound))
            block.bytes = block.bytes.lowerBound..<end
        }
        held[buffer] = block
    }

    mutating func free(_ buffer: Int) {
        guard var block = held.removeValue(forKey: buffer) else { preconditionFailure("freed what is not held") }
        free.removeAll { other in
            guard other.segment == block.segment else { return false }
            if other.bytes.upperBound == block.bytes.lowerBound {
                block.bytes = other.bytes.lowerBound..<block.bytes.upperBound
                return true
            }
            if other.bytes.lowerBound == block.bytes.upperBound {
                block.bytes = block.bytes.lowerBound..<other.bytes.upperBound
                return true
            }
            return false
        }
        free.append(block)
    }

    private mutating func takeFree(byteCount: Int, isLarge: Bool) -> Block? {
        let adequate = free.indices.filter { segments[free[$0].segment].isLarge == isLarge && free[$0].bytes.count >= byteCount }
        let best = adequate.min {
            let (a, b) = (free[$0], free[$1])
            return (a.bytes.count, a.segment, a.bytes.lowerBound) < (b.bytes.count, b.segment, b.bytes.lowerBound)
        }
        return best.map { free.remove(at: $0) }
    }

    private mutating func addSegment(byteCount: Int, isLarge: Bool) -> Block {
        let size = !isLarge ? 2 << 20 : byteCount < 10 << 20 ? 20 << 20 : byteCount.roundedUp(to: 2 << 20)
        segments.append((size, isLarge))
        mappedByteCount += size
        return Block(segment: segments.count - 1, bytes: 0..<size)
    }
}
