/// The ring while it is laid out: which use was last in which bytes.
///
/// A chunk goes where it need not wait long: to the bytes whose last use lies furthest back, and among equals over the oldest
/// bytes. Going round in a circle instead would leave the end of the ring empty whenever a large chunk does not fit there.
struct RingLayout {
    /// Where a chunk lies, and the last use that was there before.
    struct Place {
        let bytes: Range<Int>
        let awaitedUse: Int?
    }

    private struct Occupant {
        let bytes: Range<Int>
        let use: Int
    }

    private let ringByteCount: Int
    private let alignment: Int
    private var occupants: [Occupant] = []

    init(ringByteCount: Int, alignment: Int) {
        self.ringByteCount = ringByteCount
        self.alignment = alignment
    }

    /// Places the chunks of the next use, which are held together, apart from one another.
    mutating func place(_ byteCounts: [Int], use: Int) -> [Place] {
        let before = occupants
        var places: [Place] = []
        for byteCount in byteCounts {
            guard let place = earliest(byteCount, before: use) else {
                // The use's own chunks are in the way; one after the other they always fit.
                occupants = before
                return consecutive(byteCounts, use: use)
            }
            occupy(place.bytes, use: use)
            places.append(place)
        }
        return places
    }

    /// The place whose last use lies furthest back; nowhere if chunks of `use` itself are everywhere.
    private func earliest(_ byteCount: Int, before use: Int) -> Place? {
        guard byteCount > 0 else { return Place(bytes: 0..<0, awaitedUse: nil) }
        let ends = occupants.map { $0.bytes.upperBound.roundedUp(to: alignment) }
        let starts = occupants.flatMap { [$0.bytes.lowerBound, $0.bytes.lowerBound - byteCount] }
        let last = ringByteCount - byteCount
        let candidates = ([0, last] + ends + starts).filter { 0...last ~= $0 }.map { start in
            let bytes = start / alignment * alignment..<start / alignment * alignment + byteCount
            return (place: Place(bytes: bytes, awaitedUse: lastUse(of: bytes)), age: age(of: bytes))
        }
        return candidates.filter { $0.place.awaitedUse != use }
            .min { a, b in
                let (x, y) = (a.place, b.place)
                return (x.awaitedUse ?? -1, a.age, x.bytes.lowerBound) < (y.awaitedUse ?? -1, b.age, y.bytes.lowerBound)
            }?.place
    }

    /// Bytes times the use that was last there: the smaller, the older.
    private func age(of bytes: Range<Int>) -> Int {
        occupants.reduce(0) { $0 + $1.bytes.clamped(to: bytes).count * $1.use }
    }

    private mutating func consecutive(_ byteCounts: [Int], use: Int) -> [Place] {
        var offset = 0
        return byteCounts.map { byteCount in
            let bytes = offset..<offset + byteCount
            let awaited = lastUse(of: bytes)
            occupy(bytes, use: use)
            offset = bytes.upperBound.roundedUp(to: alignment)
            return Place(bytes: bytes, awaitedUse: awaited)
        }
    }

    private func lastUse(of bytes: Range<Int>) -> Int? {
        occupants.filter { $0.bytes.overlaps(bytes) }.map(\.use).max()
    }

    /// What is left of older occupants on either side still has to be waited for.
    private mutating func occupy(_ bytes: Range<Int>, use: Int) {
        guard !bytes.isEmpty else { return }
        occupants = occupants.flatMap { occupant -> [Occupant] in
            guard occupant.bytes.overlaps(bytes) else { return [occupant] }
            let left = occupant.bytes.lowerBound..<max(occupant.bytes.lowerBound, bytes.lowerBound)
            let right = min(occupant.bytes.upperBound, bytes.upperBound)..<occupant.bytes.upperBound
            return [left, right].filter { !$0.isEmpty }.map { Occupant(bytes: $0, use: occupant.use) }
        }
        occupants.append(Occupant(bytes: bytes, use: use))
    }
}
