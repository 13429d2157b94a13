import Memory

/// What a run read of its weights, and how much of that hid behind computing.
public struct WeightTraffic: Sendable {
    /// Bytes that passed through the ring.
    public internal(set) var streamedByteCount = 0
    /// Bytes read to stay.
    public internal(set) var loadedByteCount = 0
    /// Seconds in which the ring was being filled.
    public internal(set) var fillSeconds = 0.0
    /// Seconds that computing waited for weights, by phase.
    public internal(set) var exposedSeconds: [Phase: Double] = [:]
    /// Times that it waited for the ring.
    public internal(set) var stallCount = 0

    /// Rate at which the ring was filled, `nil` if nothing was.
    public var streamedBytesPerSecond: Double? { fillSeconds > 0 ? Double(streamedByteCount) / fillSeconds : nil }

    /// Part of the filling time in which computing did not wait, `nil` if nothing was filled.
    public var hiddenShare: Double? { fillSeconds > 0 ? max(0, 1 - stalledSeconds / fillSeconds) : nil }
    /// Seconds that computing waited for the ring.
    private var stalledSeconds = 0.0

    mutating func add(_ log: StreamLog) {
        streamedByteCount += log.filledByteCount
        stallCount += log.stallCount
        stalledSeconds += Double(log.stallNanoseconds) / 1e9
        fillSeconds += Self.covered(log.fills.filter { $0.end > 0 }.map { $0.start..<$0.end })
    }

    /// Seconds covered by spans of nanoseconds, which are in order of their starts and may overlap.
    private static func covered(_ spans: [Range<Int>]) -> Double {
        var end = 0
        var nanoseconds = 0
        for span in spans {
            nanoseconds += max(0, span.upperBound - max(end, span.lowerBound))
            end = max(end, span.upperBound)
        }
        return Double(nanoseconds) / 1e9
    }
}
