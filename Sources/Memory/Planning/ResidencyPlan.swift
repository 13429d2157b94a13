/// What is read once in every step: a chunk of weights and the work that is done while the next ones arrive.
public struct StreamUnit: Equatable, Sendable {
    /// Size in bytes.
    public let byteCount: Int
    /// Time of the computation that reads it.
    public let nanoseconds: Int

    /// Describes a chunk and the computation that reads it.
    public init(byteCount: Int, nanoseconds: Int) {
        precondition(byteCount >= 0 && nanoseconds >= 0, "a chunk has a size and a time")
        self.byteCount = byteCount
        self.nanoseconds = nanoseconds
    }
}

/// Which chunks stay and which are read anew in every step.
///
/// A leaky bucket over the chunks in order of execution: streamed bytes follow computed time, so that what streams is spread
/// evenly and the link never waits for a stretch of computation with nothing to send. Integers only, so equal inputs give equal
/// plans.
public struct ResidencyPlan: Equatable, Sendable {
    /// For each chunk, whether it stays.
    public let isResident: [Bool]
    /// Bytes of the chunks that stay.
    public let residentByteCount: Int
    /// Bytes of the chunks that are read in every step.
    public let streamedByteCount: Int

    /// Plans the residents.
    /// - Parameters:
    ///   - units: every chunk in order of execution.
    ///   - residentByteCount: the most bytes that may stay.
    public init(_ units: [StreamUnit], residentByteCount limit: Int) {
        let total = units.reduce(0) { $0 + $1.byteCount }
        let time = Int128(units.reduce(0) { $0 + $1.nanoseconds })
        let excess = Int128(max(0, total - max(0, limit)))
        var isResident = Array(repeating: false, count: units.count)
        var elapsed: Int128 = 0
        var streamed = 0
        var used = 0
        for (index, unit) in units.enumerated() {
            elapsed += Int128(unit.nanoseconds)
            // Where nothing takes time every point of it is the last.
            let line = time == 0 ? excess : excess * elapsed / time
            if Int128(streamed + unit.byteCount / 2) <= line || used + unit.byteCount > limit {
                streamed += unit.byteCount
            } else {
                isResident[index] = true
                used += unit.byteCount
            }
        }
        for index in Self.densest(units) where !isResident[index] && used + units[index].byteCount <= limit {
            isResident[index] = true
            used += units[index].byteCount
            streamed -= units[index].byteCount
        }
        self.isResident = isResident
        self.residentByteCount = used
        streamedByteCount = streamed
    }

    /// Positions by falling bytes per time, then by position: what rounding left over is best spent on those.
    private static func densest(_ units: [StreamUnit]) -> [Int] {
        units.indices.sorted { a, b in
            let (x, y) = (units[a], units[b])
            let (left, right) = (Int128(x.byteCount) * Int128(y.nanoseconds), Int128(y.byteCount) * Int128(x.nanoseconds))
            return left == right ? a < b : left > right
        }
    }
}

/// Where the bytes of a streamed chunk come from.
public enum HostTier: String, Sendable {
    /// Host memory that was read before and is charged to the host's budget.
    case memory
    /// The file, read anew in every step.
    case disk
}

extension ResidencyPlan {
    /// Chooses where streamed chunks come from by the same bucket, so that reads from disk are as evenly spread.
    /// - Parameters:
    ///   - units: every chunk in order of execution.
    ///   - hostByteCount: the most bytes of chunks that host memory may hold.
    /// - Returns: the tier of each chunk, `nil` for residents.
    public func tiers(of units: [StreamUnit], hostByteCount: Int) -> [HostTier?] {
        precondition(units.count == isResident.count, "the units of another plan")
        let streamed = units.indices.filter { !isResident[$0] }
        let host = ResidencyPlan(streamed.map { units[$0] }, residentByteCount: hostByteCount)
        var tiers: [HostTier?] = Array(repeating: nil, count: units.count)
        for (index, isHeld) in zip(streamed, host.isResident) { tiers[index] = isHeld ? .memory : .disk }
        return tiers
    }
}
