/// What the server tells the engine's process.
public enum WorkerOrder: Codable, Equatable, Sendable {
    case run(RunOrder)
    /// Stops a run before its next sub-layer.
    case cancel(RunID)
    /// Stops a run after the picture that is being drawn.
    case drain(RunID)
    /// Gives the device's memory back.
    case release
    /// Answered by the engine's own queue with the same number.
    case ping(Int)
    case plan(PlanOrder)
}

/// One attempt at one job.
public struct RunID: Codable, Hashable, Sendable {
    public let job: Int64
    public let attempt: Int

    public init(job: Int64, attempt: Int) {
        self.job = job
        self.attempt = attempt
    }
}

public struct RunOrder: Codable, Equatable, Sendable {
    public var job: Int64
    public var attempt: Int
    public var request: DrawRequest
    /// Which of the job's pictures to draw, from 0.
    public var ordinals: [Int]
    /// Folder for finished files.
    public var staging: String
    /// What files say about where they come from.
    public var database: String
    public var owner: String
    /// When the job was submitted, UTC milliseconds.
    public var queuedAt: Int64
    public var parentSHA256: String?

    public var run: RunID { RunID(job: job, attempt: attempt) }
}

public struct PlanOrder: Codable, Equatable, Sendable {
    /// Of the answer.
    public var number: Int
    public var request: DrawRequest
}
