import GRDB

extension SQLiteStore {
    @discardableResult
    public func submit(_ new: NewJob) async throws -> (job: JobRecord, isNew: Bool) {
        let now = now()
        return try await write { database in
            let body = new.body ?? new.request
            let known = try Row.fetchOne(
                database, sql: "SELECT id, body FROM job WHERE owner = ? AND idempotency_key = ?",
                arguments: [new.owner, new.idempotencyKey])
            if let known {
                guard known["body"] == body.text else { throw HistoryError.idempotencyConflict(job: known["id"]) }
                return (try Self.job(database, known["id"]), false)
            }
            let priority = new.front ? try Self.frontPriority(database) : 0
            try database.execute(
                sql: """
                    INSERT INTO job (idempotency_key, body, owner, status, priority, request, image_count, created_at)
                    VALUES (?, ?, ?, 'queued', ?, ?, ?, ?)
                    """,
                arguments: [
                    new.idempotencyKey, new.idempotencyKey == nil ? nil : body.text, new.owner, priority, new.request.text, new.imageCount,
                    now,
                ])
            return (try Self.job(database, database.lastInsertedRowID), true)
        }
    }

    public func claim(worker: String, lease: Duration) async throws -> JobRecord? {
        let now = now()
        return try await write { database in
            let next = "SELECT id FROM job WHERE status = 'queued' ORDER BY priority DESC, id LIMIT 1"
            guard let id = try Int64.fetchOne(database, sql: next) else { return nil }
            return try Self.update(database, id) { $0.claim(by: worker, lease: lease, at: now) }
        }
    }

    public func renew(_ attempt: Attempt, lease: Duration) async throws -> Renewal {
        let job = try await update(attempt) { $0.renew(lease: lease, at: $1) }
        return job.map { .held(cancelRequested: $0.cancelRequested) } ?? .lost
    }

    public func finish(_ attempt: Attempt) async throws -> JobRecord? {
        if let job = try await update(attempt, { $0.end(.done, at: $1) }) { return job }
        let job = try await read { try Self.find($0, attempt.job) }
        return job.flatMap { $0.isDone(by: attempt) ? $0 : nil }
    }

    public func fail(_ attempt: Attempt, _ error: JobError) async throws -> JobRecord? {
        try await update(attempt) { $0.end(.failed, error, at: $1) }
    }

    public func cancelled(_ attempt: Attempt) async throws -> JobRecord? {
        try await update(attempt) { $0.end(.cancelled, at: $1) }
    }

    public func lose(_ attempt: Attempt) async throws -> JobRecord? {
        try await update(attempt) { $0.lose(at: $1) }
    }

    public func giveBack(_ attempt: Attempt) async throws -> JobRecord? {
        try await update(attempt) { $0.giveBack(at: $1) }
    }

    public func reapExpired() async throws -> [JobRecord] {
        try await loseAll("status = 'running' AND lease_until < ?")
    }

    public func loseRunning() async throws -> [JobRecord] {
        try await loseAll("status = 'running' AND ? > 0")
    }

    private func loseAll(_ condition: String) async throws -> [JobRecord] {
        let now = now()
        return try await write { database in
            try Int64.fetchAll(database, sql: "SELECT id FROM job WHERE \(condition) ORDER BY id", arguments: [now])
                .map { try Self.update(database, $0) { $0.lose(at: now) } }
        }
    }

    public func cancel(_ id: Int64) async throws -> JobRecord {
        let now = now()
        return try await write { try Self.update($0, id) { $0.cancel(at: now) } }
    }

    public func retry(_ id: Int64) async throws -> JobRecord {
        try await write { try Self.update($0, id) { try $0.retry() } }
    }

    public func moveToFront(_ id: Int64) async throws -> JobRecord {
        try await write { database in
            let priority = try Self.frontPriority(database)
            return try Self.update(database, id) { try $0.moveToFront(priority: priority) }
        }
    }

    public func delete(_ id: Int64) async throws {
        try await write { database in
            try Self.job(database, id).checkDeletable()
            try database.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [id])
        }
    }
}

/// Reading.
extension SQLiteStore {
    public func job(_ id: Int64) async throws -> JobRecord {
        try await read { try Self.job($0, id) }
    }

    public func activeJobs() async throws -> [JobRecord] {
        try await read { database in
            try Row.fetchAll(
                database, sql: Self.jobs + " WHERE status IN ('running', 'queued') ORDER BY status = 'queued', priority DESC, id"
            ).map { try JobRecord($0) }
        }
    }

    public func endedJobs(before cursor: Int64?, limit: Int) async throws -> [JobRecord] {
        try await read { database in
            try Row.fetchAll(
                database, sql: Self.jobs + " WHERE status IN ('done', 'failed', 'cancelled') AND id < ? ORDER BY id DESC LIMIT ?",
                arguments: [cursor ?? .max, limit]
            ).map { try JobRecord($0) }
        }
    }

    public func queueDepth() async throws -> Int {
        try await read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM job WHERE status = 'queued'") ?? 0 }
    }

    public func oldestQueued() async throws -> Timestamp? {
        try await read { try Int64.fetchOne($0, sql: "SELECT MIN(created_at) FROM job WHERE status = 'queued'") }
    }

    public func jobCounts() async throws -> [JobStatus: Int] {
        try await read { database in
            var counts: [JobStatus: Int] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT status, COUNT(*) AS count FROM job GROUP BY status") {
                counts[try JobStatus(column: row["status"])] = row["count"]
            }
            return counts
        }
    }
}

/// One job inside a transaction.
extension SQLiteStore {
    static let jobs = """
        SELECT job.*,
          (SELECT json_group_array(json_object('id', id, 'ordinal', ordinal))
             FROM (SELECT id, ordinal FROM image WHERE job_id = job.id ORDER BY ordinal)) AS images,
          CASE WHEN status = 'queued' THEN
            (SELECT COUNT(*) FROM job AS other WHERE other.status = 'queued'
               AND (other.priority > job.priority OR other.priority = job.priority AND other.id <= job.id)) END AS position
        FROM job
        """

    static func find(_ database: Database, _ id: Int64) throws -> JobRecord? {
        try Row.fetchOne(database, sql: jobs + " WHERE id = ?", arguments: [id]).map { try JobRecord($0) }
    }

    /// - Throws: `HistoryError.jobNotFound`.
    static func job(_ database: Database, _ id: Int64) throws -> JobRecord {
        guard let job = try find(database, id) else { throw HistoryError.jobNotFound(id) }
        return job
    }

    @discardableResult
    static func update(_ database: Database, _ id: Int64, _ change: (inout JobRecord) throws -> Void) throws -> JobRecord {
        var job = try job(database, id)
        try change(&job)
        try database.execute(
            sql: """
                UPDATE job SET status = ?, priority = ?, attempt = ?, lost = ?, worker = ?, lease_until = ?, cancel_requested = ?, error = ?,
                  started_at = ?, ended_at = ? WHERE id = ?
                """,
            arguments: [
                job.status.rawValue, job.priority, job.attempt, job.lost, job.worker, job.leaseUntil, job.cancelRequested,
                try job.error.map { try JSONText(encoding: $0).text }, job.startedAt, job.endedAt, id,
            ])
        return try Self.job(database, id)
    }

    /// Changes the job unless the attempt is stale; then `nil`.
    private func update(
        _ attempt: Attempt, _ change: @escaping @Sendable (inout JobRecord, Timestamp) -> Void
    ) async throws -> JobRecord? {
        let now = now()
        return try await write { database in
            let held = try Bool.fetchOne(
                database, sql: "SELECT 1 FROM job WHERE id = ? AND worker = ? AND attempt = ?",
                arguments: [attempt.job, attempt.worker, attempt.number])
            return held == nil ? nil : try Self.update(database, attempt.job) { change(&$0, now) }
        }
    }

    private static func frontPriority(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COALESCE(MAX(priority), 0) + 1 FROM job WHERE status = 'queued'") ?? 1
    }
}

extension JobRecord {
    fileprivate init(_ row: Row) throws {
        let error: String? = row["error"]
        let images: String = row["images"]
        self.init(
            id: row["id"], owner: row["owner"], status: try JobStatus(column: row["status"]), priority: row["priority"],
            request: JSONText(trusted: row["request"]), imageCount: row["image_count"], attempt: row["attempt"], lost: row["lost"],
            maxLost: row["max_lost"], worker: row["worker"], leaseUntil: row["lease_until"], cancelRequested: row["cancel_requested"],
            error: try error.map { try JSONText(trusted: $0).decoded() }, createdAt: row["created_at"], startedAt: row["started_at"],
            endedAt: row["ended_at"], position: row["position"], images: try JSONText(trusted: images).decoded())
    }
}

extension JobStatus {
    fileprivate init(column: String) throws {
        guard let status = JobStatus(rawValue: column) else {
            throw HistoryError.database(code: 0, message: "unknown status \(column.debugDescription)")
        }
        self = status
    }
}
