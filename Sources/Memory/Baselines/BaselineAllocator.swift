/// An allocator as far as its waste goes: it is told sizes and says how much memory it would have mapped.
protocol BaselineAllocator {
    /// Most bytes mapped so far; none is ever given back.
    var mappedByteCount: Int { get }

    /// Takes a buffer of a multiple of 512 bytes.
    mutating func allocate(_ buffer: Int, byteCount: Int)
    /// Gives it back.
    mutating func free(_ buffer: Int)
}

extension BaselineAllocator {
    /// Takes and gives back what a trace does.
    mutating func replay(_ trace: AllocationTrace) {
        let lifetimes = trace.lifetimes
        for event in trace.events {
            switch event {
            case .allocate(let index): allocate(index, byteCount: lifetimes[index].occupiedByteCount)
            case .free(let index): free(index)
            }
        }
    }
}
