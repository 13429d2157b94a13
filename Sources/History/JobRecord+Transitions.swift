/// The states of a job, for every driver: what is stored before and after is the driver's part.
extension JobRecord {
    package init(_ new: NewJob, id: Int64, priority: Int, at now: Timestamp) {
        self.init(
            id: id, owner: new.owner, status: .queued, priority: priority, request: new.request, imageCount: new.imageCount, attempt: 0,
            lost: 0, maxLost: 2, worker: nil, leaseUntil: nil, cancelRequested: false, error: nil, createdAt: now, startedAt: nil,
            endedAt: nil, position: nil, images: [])
    }

    package mutating func claim(by worker: String, lease: Duration, at now: Timestamp) {
        status = .running
        attempt += 1
        self.worker = worker
        startedAt = now
        leaseUntil = now + lease.milliseconds
        position = nil
    }

    package mutating func renew(lease: Duration, at now: Timestamp) {
        leaseUntil = now + lease.milliseconds
    }

    package mutating func end(_ status: JobStatus, _ error: JobError? = nil, at now: Timestamp) {
        release(to: status)
        self.error = error
        endedAt = now
    }

    package func isDone(by attempt: Attempt) -> Bool {
        status == .done && self.attempt == attempt.number
    }

    /// A stop that was asked for beats another try.
    package mutating func lose(at now: Timestamp) {
        lost += 1
        if cancelRequested {
            end(.cancelled, at: now)
        } else if lost < maxLost {
            release(to: .queued)
        } else {
            end(.failed, .workerLost(lost), at: now)
        }
    }

    package mutating func giveBack(at now: Timestamp) {
        if cancelRequested { end(.cancelled, at: now) } else { release(to: .queued) }
    }

    package mutating func cancel(at now: Timestamp) {
        switch status {
        case .queued: end(.cancelled, at: now)
        case .running: cancelRequested = true
        case .done, .failed, .cancelled: break
        }
    }

    /// - Throws: `HistoryError.wrongStatus` unless the job failed or was cancelled.
    package mutating func retry() throws(HistoryError) {
        guard status == .failed || status == .cancelled else { throw wrongStatus("retry") }
        status = .queued
        lost = 0
        cancelRequested = false
        error = nil
        endedAt = nil
    }

    /// - Throws: `HistoryError.wrongStatus` unless the job waits.
    package mutating func moveToFront(priority: Int) throws(HistoryError) {
        guard status == .queued else { throw wrongStatus("move to front") }
        self.priority = priority
    }

    /// - Throws: `HistoryError.wrongStatus` while the job runs.
    package func checkDeletable() throws(HistoryError) {
        if status == .running { throw wrongStatus("deletion") }
    }

    /// Whether a picture of this job may be stored now: for the attempt that holds it and was not asked to stop, or without an attempt, after
    /// a crash, for every job that was not stopped.
    package func accepts(ordinal: Int, from attempt: Attempt?) -> Bool {
        guard (0..<imageCount).contains(ordinal), !cancelRequested else { return false }
        return if let attempt { currentAttempt == attempt } else { status != .cancelled }
    }

    /// The last picture ends its job, also one that a crash put back into the queue or let fail.
    package mutating func add(_ image: Image, at now: Timestamp) {
        images = (images + [image]).sorted { $0.ordinal < $1.ordinal }
        if missingOrdinals.isEmpty, status != .cancelled { end(.done, at: now) }
    }

    private mutating func release(to status: JobStatus) {
        self.status = status
        worker = nil
        leaseUntil = nil
        position = nil
    }

    private func wrongStatus(_ operation: String) -> HistoryError {
        .wrongStatus(job: id, status: status, operation: operation)
    }
}
