/// The value that `rank` others come before, in a sequence of numbers below 2⁴⁸ that can be visited again.
///
/// Three counting passes, one for each 16 bits: exact, and no copy of the sequence.
@inline(__always)
func orderStatistic(rank: Int, visit: ((UInt64) -> Void) -> Void) -> UInt64 {
    var prefix: UInt64 = 0
    var rank = rank
    for shift: UInt64 in [32, 16, 0] {
        var counts = [Int](repeating: 0, count: 1 << 16)
        visit { value in
            if value >> (shift + 16) == prefix { counts[Int(value >> shift & 0xFFFF)] += 1 }
        }
        let digit = counts.indices.first { index in
            if rank < counts[index] { return true }
            rank -= counts[index]
            return false
        }
        guard let digit else { preconditionFailure("fewer values than the rank") }
        prefix = prefix << 16 | UInt64(digit)
    }
    return prefix
}
