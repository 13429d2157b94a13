/// Where one expandable segment would put buffers: the best fit among holes, else on top; only sizes, no memory.
struct ExpandableAllocator: BaselineAllocator {
    private var line = BestFit()
    private var held: [Int: Range<Int>] = [:]
    private var highWater = 0

    /// The segment grows by 20 MiB at a time and stays.
    var mappedByteCount: Int { highWater.roundedUp(to: 20 << 20) }

    mutating func allocate(_ buffer: Int, byteCount: Int) {
        let offset = line.offset(byteCount: byteCount, alignment: 512)
        line.take(offset..<offset + byteCount)
        highWater = max(highWater, line.top)
        held[buffer] = offset..<offset + byteCount
    }

    mutating func free(_ buffer: Int) {
        guard let bytes = held.removeValue(forKey: buffer) else { preconditionFailure("freed what is not held") }
        line.free(bytes)
    }
}
