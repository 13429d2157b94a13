/// The buffers that a run took and gave back, in order.
///
/// A run is determined by its shapes: its k-th allocation is the k-th of every run alike, so a plan made from a trace is followed
/// by counting. Time in a trace is the number of allocations made before.
public struct AllocationTrace: Equatable, Sendable {
    /// What happened to the buffer with an index, counted from 0 in the order of allocation.
    public enum Event: Equatable, Sendable {
        /// It was taken.
        case allocate(Int)
        /// It was given back.
        case free(Int)
    }

    /// All events in order.
    public private(set) var events: [Event] = []
    private var buffers: [BufferLifetime] = []
    private var isHeld: [Bool] = []

    /// A trace in which nothing has happened.
    public init() {}

    /// Number of allocations so far.
    public var count: Int { buffers.count }

    /// Adds an allocation and returns its index.
    public mutating func allocate(byteCount: Int, alignment: Int = 512) -> Int {
        let index = buffers.count
        buffers.append(BufferLifetime(id: index, byteCount: byteCount, alignment: alignment, first: index, last: index))
        isHeld.append(true)
        events.append(.allocate(index))
        return index
    }

    /// Adds the return of a buffer that is held.
    public mutating func free(_ index: Int) {
        precondition(isHeld[index], "freed a buffer twice")
        isHeld[index] = false
        buffers[index].last = buffers.count - 1
        events.append(.free(index))
    }

    /// One lifetime for each allocation, in order; what is still held lives to the end.
    public var lifetimes: [BufferLifetime] {
        buffers.indices.map { index in
            var buffer = buffers[index]
            if isHeld[index] { buffer.last = buffers.count - 1 }
            return buffer
        }
    }

    /// Most bytes held at once, each buffer rounded up to its alignment.
    public var peakByteCount: Int { lifetimes.peakByteCount }
}
