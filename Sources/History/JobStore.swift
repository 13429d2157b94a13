/// What a claim's holder learns when it asks to keep it.
public enum Renewal: Equatable, Sendable {
    case held(cancelRequested: Bool)
    /// The attempt no longer counts: whatever it made is to be discarded.
    case lost
}

/// The queue and the past of jobs. Every driver passes one contract suite.
///
/// Operations that name an `Attempt` are fenced: they do nothing, and say so, unless that attempt still holds the job.
/// - Throws: `HistoryError` everywhere.
public protocol JobStore: Sendable {
    /// Queues a job. With a key that its owner used before: the same job for the same body.
    /// - Throws: `HistoryError.idempotencyConflict` for another body.
    @discardableResult
    func submit(_ job: NewJob) async throws -> (job: JobRecord, isNew: Bool)

    /// Takes the next queued job, highest priority first, then oldest; `nil` if none waits. Never hands one job to two claimers.
    func claim(worker: String, lease: Duration) async throws -> JobRecord?

    func renew(_ attempt: Attempt, lease: Duration) async throws -> Renewal

    /// Ends the job as done; `nil` if the attempt is stale. A job that its last picture ended already is returned as it is.
    func finish(_ attempt: Attempt) async throws -> JobRecord?

    /// Ends the job for good: nothing but `retry` brings it back. `nil` if the attempt is stale.
    func fail(_ attempt: Attempt, _ error: JobError) async throws -> JobRecord?

    /// Ends the job as cancelled; `nil` if the attempt is stale.
    func cancelled(_ attempt: Attempt) async throws -> JobRecord?

    /// Counts the attempt as lost (crash, kill): the job ends cancelled if that was asked for, waits again, or fails with "worker_lost".
    func lose(_ attempt: Attempt) async throws -> JobRecord?

    /// Puts the job back into the queue without counting the attempt as lost, for an orderly stop; cancelled if that was asked for.
    func giveBack(_ attempt: Attempt) async throws -> JobRecord?

    /// Loses every attempt whose lease ran out; returns their jobs.
    func reapExpired() async throws -> [JobRecord]

    /// Loses every running attempt, whatever its lease: for a server that just started and has no worker yet.
    func loseRunning() async throws -> [JobRecord]

    /// Ends a queued job, asks a running one's worker to stop, leaves an ended one alone.
    /// - Throws: `HistoryError.jobNotFound`.
    func cancel(_ id: Int64) async throws -> JobRecord

    /// Queues a failed or cancelled job again, with its lost attempts forgiven.
    /// - Throws: `HistoryError.jobNotFound`, `.wrongStatus`.
    func retry(_ id: Int64) async throws -> JobRecord

    /// Makes a queued job the next one.
    /// - Throws: `HistoryError.jobNotFound`, `.wrongStatus`.
    func moveToFront(_ id: Int64) async throws -> JobRecord

    /// Forgets a job that does not run. Its pictures stay.
    /// - Throws: `HistoryError.jobNotFound`, `.wrongStatus`.
    func delete(_ id: Int64) async throws

    /// - Throws: `HistoryError.jobNotFound`.
    func job(_ id: Int64) async throws -> JobRecord

    /// Running jobs, then queued ones in the order in which they will be claimed.
    func activeJobs() async throws -> [JobRecord]

    /// Ended jobs, newest first, those with smaller ids than `cursor`.
    func endedJobs(before cursor: Int64?, limit: Int) async throws -> [JobRecord]

    func queueDepth() async throws -> Int

    /// When the oldest queued job was submitted.
    func oldestQueued() async throws -> Timestamp?

    /// How many jobs there are in each state; states without jobs are left out.
    func jobCounts() async throws -> [JobStatus: Int]
}
