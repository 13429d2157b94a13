import History
import Logging

extension Studio {
    /// Puts a request into the queue. With a key that its owner used before: the same job.
    /// - Throws: `StudioError`: `invalid_request`, `does_not_fit`, `model_unusable`, `disk_full`, `queue_full`, `conflict`.
    public func submit(_ request: JobRequest, idempotencyKey: String? = nil, owner: String = "") async throws(StudioError) -> Job {
        let drawn = try await filled(request)
        try await checkRoom()
        _ = try await answer(drawn)
        return try await told {
            if try await self.store.queueDepth() >= self.configuration.queueLimit {
                throw StudioError(.queueFull, "\(self.configuration.queueLimit) jobs wait already")
            }
            let job = NewJob(
                request: try JSONText(encoding: drawn), imageCount: drawn.count, idempotencyKey: idempotencyKey,
                body: try JSONText(encoding: request), owner: owner, front: request.front ?? false)
            let record = try await self.store.submit(job).job
            await self.publish(record)
            await self.publishQueue()
            await self.beginNext()
            return try Job(record)
        }
    }

    /// What a request would take of memory and time.
    /// - Throws: `StudioError`: `does_not_fit` with facts, `invalid_request`, `worker_lost` while no engine runs.
    public func plan(_ request: JobRequest) async throws(StudioError) -> RequestPlan {
        guard let plan = try await answer(try await filled(request)) else {
            throw StudioError(.workerLost, "the engine is being started: try again in a moment")
        }
        return plan
    }

    private func filled(_ request: JobRequest) async throws(StudioError) -> DrawRequest {
        guard let capabilities = await knownCapabilities() else {
            throw unusable ?? StudioError(.modelUnusable, worker.message ?? "the engine does not run")
        }
        let drawn = try DrawRequest(request, capabilities)
        if let parent = drawn.parentImage {
            do { _ = try await told { try await self.store.image(Int64(parent)) } } catch {
                throw StudioError(.invalidRequest, "parentImage: there is no image \(parent)", field: "parentImage")
            }
        }
        return drawn
    }

    /// Waits for the first engine's own description, for as long as answers are waited for.
    private func knownCapabilities() async -> Capabilities? {
        let deadline = ContinuousClock.now + configuration.answerLimit
        while capabilities == nil, ContinuousClock.now < deadline, !isStopping, worker.message == nil, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(20))
        }
        return capabilities
    }

    /// Ends a queued job, or stops a running one between sub-layers; an ended one stays as it is.
    /// - Parameter immediately: Ends the engine with it, where one operation takes too long.
    /// - Throws: `StudioError`: `not_found`.
    public func cancel(_ id: Int64, immediately: Bool = false) async throws(StudioError) -> Job {
        let record = try await told { try await self.store.cancel(id) }
        await publish(record)
        await publishQueue()
        if let attempt = run?.attempt, attempt.job == id {
            await stop(attempt, .cancelled)
            if immediately, run?.attempt == attempt { await engine.end("stopped at once for job \(id)") }
        } else if record.status == .running {
            cancelledBeforeRun.insert(id)
        }
        return try await job(id)
    }

    /// Cancels everything that waits or runs.
    public func cancelAll() async throws(StudioError) {
        let active = try await told { try await self.store.activeJobs() }
        // What waits first: else it would run in the meantime.
        for record in active.reversed() {
            do { _ = try await cancel(record.id) } catch  where error.code == .notFound { continue }
        }
    }

    /// - Throws: `StudioError`: `not_found`, `conflict` unless the job failed or was cancelled.
    public func retry(_ id: Int64) async throws(StudioError) -> Job {
        try await checkRoom()
        cancelledBeforeRun.remove(id)
        return try await changed { try await self.store.retry(id) }
    }

    /// - Throws: `StudioError`: `not_found`, `conflict` unless the job waits.
    public func moveToFront(_ id: Int64) async throws(StudioError) -> Job {
        try await changed { try await self.store.moveToFront(id) }
    }

    /// Forgets a job; its pictures stay.
    /// - Throws: `StudioError`: `not_found`, `conflict` while it runs.
    public func delete(_ id: Int64) async throws(StudioError) {
        try await told { try await self.store.delete(id) }
        await publishQueue()
    }

    /// - Throws: `StudioError`: `not_found`.
    public func job(_ id: Int64) async throws(StudioError) -> Job {
        try await told { try Job(await self.store.job(id)) }
    }

    /// Begins nothing any more once the picture that is being drawn is finished.
    public func pause() async {
        isPaused = true
        if let run, run.request.count > 1 { _ = await engine.send(.drain(run.id)) }
        await publishQueue()
    }

    public func resume() async {
        isPaused = false
        await publishQueue()
        await beginNext()
    }

    /// Has the engine give its memory back, after the picture that it draws.
    public func release() async {
        _ = await engine.send(.release)
    }

    private func changed(_ body: @Sendable () async throws -> JobRecord) async throws(StudioError) -> Job {
        let record = try await told(body)
        await publish(record)
        await publishQueue()
        await beginNext()
        return try await told { try Job(record) }
    }

    private func checkRoom() async throws(StudioError) {
        let disk = try await told { try await self.diskStatus() }
        if disk.freeBytes < disk.minimumFreeBytes {
            throw StudioError(
                .diskFull, "the disk has \(disk.freeBytes) bytes left, and \(disk.minimumFreeBytes) are to stay free",
                facts: ["freeBytes": .integer(disk.freeBytes), "minimumFreeBytes": .integer(disk.minimumFreeBytes)])
        }
    }

    /// Runs `body` and says what went wrong in the studio's words; what only the log should know goes there.
    func told<R: Sendable>(_ body: @Sendable () async throws -> R) async throws(StudioError) -> R {
        do { return try await body() } catch let error as StudioError { throw error } catch let error as HistoryError {
            if let error = StudioError(error) { throw error }
            logger.error("\(error)")
            throw StudioError(.deviceFault, "the history cannot be read or written; the server's log says why")
        } catch {
            logger.error("\(error)")
            throw StudioError(.deviceFault, "the history holds what this version cannot read; the server's log says where")
        }
    }
}
