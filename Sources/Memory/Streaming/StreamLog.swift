/// When the chunks of a run arrived and how long they were waited for; times are of the monotonic clock, nanoseconds.
public struct StreamLog: Sendable {
    /// One chunk on its way into the ring.
    public struct Fill: Sendable {
        /// When its first read began; 0 before.
        public internal(set) var start = 0
        /// When its last read ended; 0 before.
        public internal(set) var end = 0
    }

    /// One use of chunks.
    public struct Use: Sendable {
        /// When its chunks were asked for; 0 before.
        public internal(set) var request = 0
        /// When they were all there, and reading them began; 0 before.
        public internal(set) var start = 0
        /// When they were given back; 0 before.
        public internal(set) var end = 0
        /// How long the use waited for its chunks.
        public var stall: Int { start - request }
    }

    /// By fill of the schedule.
    public internal(set) var fills: [Fill]
    /// By use of the schedule.
    public internal(set) var uses: [Use]
    /// Bytes of extents that arrived.
    public internal(set) var filledByteCount = 0
    /// Time that uses waited for chunks, nanoseconds.
    public internal(set) var stallNanoseconds = 0
    /// Uses that had to wait.
    public internal(set) var stallCount = 0

    init(_ schedule: RingSchedule) {
        fills = Array(repeating: Fill(), count: schedule.fills.count)
        uses = Array(repeating: Use(), count: schedule.uses.count)
    }
}

extension StreamLog {
    /// The same log with the times at which a device did what it was asked for, nanoseconds from a moment of its own; `nil` where it
    /// has not.
    public func timed(fills: [Range<Int>?], uses: [Range<Int>?], ends: [Int?]) -> StreamLog {
        var log = self
        log.stallNanoseconds = 0
        log.stallCount = 0
        for (index, span) in fills.enumerated() {
            (log.fills[index].start, log.fills[index].end) = (span?.lowerBound ?? 0, span?.upperBound ?? 0)
        }
        for (index, span) in uses.enumerated() {
            log.uses[index] = Use(request: span?.lowerBound ?? 0, start: span?.upperBound ?? 0, end: ends[index] ?? 0)
            log.stallNanoseconds += span?.count ?? 0
            // A wait for what is there already takes the device a moment too.
            log.stallCount += span?.count ?? 0 > 20_000 ? 1 : 0
        }
        return log
    }
}
