/// One operation of a run, in order of execution.
public struct TimedOperation: Equatable, Sendable {
    /// How long it takes.
    public let nanoseconds: Int
    /// The use of the schedule whose chunks it reads; `nil` when all it reads is resident. Uses appear in order.
    public let use: Int?

    /// Describes an operation.
    public init(nanoseconds: Int, use: Int?) {
        self.nanoseconds = nanoseconds
        self.use = use
    }
}

/// A run of two engines that work at the same time, one copying in the order of a schedule, one computing: how long it takes when
/// each does what it does as early as the schedule lets it.
public struct PipelineSimulation: Equatable, Sendable {
    /// When each operation ends, nanoseconds from the start.
    public let ends: [Int]
    /// Time that operations waited for chunks.
    public let stallNanoseconds: Int
    /// Time that the link was sending.
    public let fillNanoseconds: Int

    /// Runs the operations.
    /// - Parameters:
    ///   - schedule: the fills; each use is read by a stretch of operations.
    ///   - operations: all of them in order.
    ///   - fillNanoseconds: how long each fill of the schedule takes.
    public init(_ schedule: RingSchedule, operations: [TimedOperation], fillNanoseconds: [Int]) {
        var engine = CopyEngine(schedule: schedule, fillNanoseconds: fillNanoseconds)
        var ends: [Int] = []
        var now = 0
        var stalled = 0
        for (index, operation) in operations.enumerated() {
            if let use = operation.use {
                let filled = engine.run(through: use)
                stalled += max(0, filled - now)
                now = max(now, filled)
            }
            now += operation.nanoseconds
            ends.append(now)
            let isLastReader = index + 1 == operations.count || operations[index + 1].use != operation.use
            if let use = operation.use, isLastReader { engine.consumed[use] = now }
        }
        self.ends = ends
        stallNanoseconds = stalled
        self.fillNanoseconds = fillNanoseconds.reduce(0, +)
    }

    /// As above, with the time of a fill given by its size and a bandwidth.
    public init(_ schedule: RingSchedule, operations: [TimedOperation], bytesPerSecond: Int) {
        self.init(
            schedule, operations: operations,
            fillNanoseconds: schedule.fills.map { Int(Int128($0.bytes.count) * 1_000_000_000 / Int128(bytesPerSecond)) })
    }

    /// Copies in order, each as soon as the link and its slot are free.
    private struct CopyEngine {
        let schedule: RingSchedule
        let fillNanoseconds: [Int]
        var consumed: [Int: Int] = [:]
        private var next = 0
        private var now = 0
        private var filled: [Int] = []

        init(schedule: RingSchedule, fillNanoseconds: [Int]) {
            self.schedule = schedule
            self.fillNanoseconds = fillNanoseconds
        }

        /// Copies all that a use needs and returns when the last of it has arrived.
        mutating func run(through use: Int) -> Int {
            while next < schedule.uses[use].upperBound {
                let fill = schedule.fills[next]
                if let awaited = fill.awaitedUse {
                    guard let end = consumed[awaited] else { preconditionFailure("a fill waits for a use that comes later") }
                    now = max(now, end)
                }
                now += fillNanoseconds[next]
                filled.append(now)
                next += 1
            }
            return schedule.uses[use].last.map { filled[$0] } ?? 0
        }
    }
}
