import History
import Logging

/// What the engine says, and what becomes of it.
extension Studio {
    func receive(_ signal: EngineSignal) async {
        switch signal {
        case .starting(let restarts):
            worker = WorkerStatus(state: restarts == 0 ? .starting : .restarting, restarts: restarts, message: worker.message)
            await events.publish("worker", worker)
        case .message(let message): await receive(message)
        case .ended(let reason): await engineEnded(reason)
        }
    }

    private func receive(_ message: WorkerMessage) async {
        switch message {
        case .hello(let hello):
            capabilities = hello.capabilities
            isReady = true
            ping = Ping()
            (unusable, worker.message) = (nil, nil)
            await publishWorker(.ready)
            await beginNext()
        case .unusable(let error):
            unusable = error
            logger.error("the engine cannot draw: \(error)")
        case .accepted: break
        case .progress(let progress):
            guard isCurrent(progress.job, progress.attempt) else { return }
            self.progress = progress
            await events.publish("progress", progress)
        case .memory(let reading):
            memory = reading
            await events.publish("memory", reading)
        case .preview(let preview):
            if isCurrent(preview.job, preview.attempt) { await events.publish("preview", preview) }
        case .image(let image): await keep(image)
        case .done(let id): await finished(id) { try await self.store.finish($0) }
        case .drained(let id): await finished(id) { try await self.store.giveBack($0) }
        case .cancelled(let id): await finished(id) { try await self.store.cancelled($0) }
        case .failed(let failure):
            logger.warning("job \(failure.run.job): \(failure.error)")
            await finished(failure.run) { try await self.store.fail($0, failure.error.jobError) }
        case .pong(let number): ping.answer(number)
        case .planned(let answer): questions.removeValue(forKey: answer.number)?.answer(answer)
        }
    }

    private func isCurrent(_ job: Int64, _ attempt: Int) -> Bool { run?.id == RunID(job: job, attempt: attempt) }

    /// - Parameter change: What the engine's word means where nothing stopped the attempt.
    private func finished(_ id: RunID, _ change: @escaping @Sendable (Attempt) async throws -> JobRecord?) async {
        guard let run, run.id == id else { return }
        let (attempt, store) = (run.attempt, store)
        await end(attempt) {
            switch run.stop {
            case nil: try await change(attempt)
            case .cancelled: try await store.cancelled(attempt)
            case .shutdown: try await store.giveBack(attempt)
            case .ended: nil
            }
        }
    }

    private func engineEnded(_ reason: String) async {
        isReady = false
        memory = nil
        emptyStaging()
        for question in questions.values { question.answer(nil) }
        questions.removeAll()
        worker.message = unusable?.message ?? reason
        worker.state = isStopping ? .down : .restarting
        await events.publish("worker", worker)
        guard let run else { return }
        let (attempt, store, isStopping) = (run.attempt, store, isStopping)
        if !isStopping { logger.warning("job \(attempt.job), attempt \(attempt.number): the engine was lost: \(reason)") }
        await end(attempt) {
            switch run.stop {
            case .ended: nil
            case .shutdown: try await store.giveBack(attempt)
            case nil where isStopping: try await store.giveBack(attempt)
            case nil, .cancelled: try await store.lose(attempt)
            }
        }
    }
}
