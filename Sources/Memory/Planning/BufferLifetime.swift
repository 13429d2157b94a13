/// A buffer of a phase and the time it is held.
public struct BufferLifetime: Equatable, Sendable {
    /// Tells buffers apart and breaks ties; unique within a plan.
    public let id: Int
    /// What was asked for, bytes.
    public let byteCount: Int
    /// A power of two that its offset is a multiple of.
    public let alignment: Int
    /// The first point in time that it is held.
    public let first: Int
    /// The last point in time that it is held.
    public var last: Int

    /// Describes a buffer held from `first` to `last`, both included.
    public init(id: Int, byteCount: Int, alignment: Int, first: Int, last: Int) {
        precondition(byteCount >= 0 && first <= last, "a buffer has a size and a lifetime")
        precondition(alignment > 0 && alignment & (alignment - 1) == 0, "alignment is a power of two")
        self.id = id
        self.byteCount = byteCount
        self.alignment = alignment
        self.first = first
        self.last = last
    }

    /// What it occupies: whole multiples of its alignment.
    var occupiedByteCount: Int { byteCount.roundedUp(to: alignment) }

    /// Whether there is a point in time at which both are held.
    func overlaps(_ other: BufferLifetime) -> Bool { first <= other.last && other.first <= last }
}

extension Collection<BufferLifetime> {
    /// Most bytes occupied at one point in time: no arena can be smaller.
    var peakByteCount: Int {
        // At equal times what ends makes room after what begins takes it, since both ends are included.
        var changes = flatMap { [($0.first, 0, $0.occupiedByteCount), ($0.last, 1, -$0.occupiedByteCount)] }
        changes.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        var live = 0
        return changes.reduce(0) { peak, change in
            live += change.2
            return Swift.max(peak, live)
        }
    }
}
