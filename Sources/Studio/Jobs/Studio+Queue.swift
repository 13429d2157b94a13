import History
import Logging
import SystemPackage

/// From queued to running.
extension Studio {
    private var mayBegin: Bool { isReady && !isPaused && !isStopping && run == nil }

    /// Begins the next job if nothing stands against it.
    func beginNext() async {
        looksAgain = true
        if isClaiming { return }
        isClaiming = true
        defer { isClaiming = false }
        while looksAgain, mayBegin {
            looksAgain = false
            do {
                waitsForRoom = try !hasRoom()
                if waitsForRoom { return }
                guard let record = try await store.claim(worker: configuration.workerName, lease: configuration.lease) else { continue }
                try await begin(record)
            } catch {
                // Whatever it is, it may pass.
                logger.error("the queue cannot be read: \(error)")
                waitsForRoom = true
                return
            }
        }
    }

    private func hasRoom() throws -> Bool {
        let disk = try diskStatus()
        return disk.freeBytes >= disk.minimumFreeBytes
    }

    private func begin(_ record: JobRecord) async throws {
        guard let attempt = record.currentAttempt else { return }
        guard mayBegin else { return await publish(try await store.giveBack(attempt)) }
        let request: DrawRequest
        do { request = try record.request.decoded() } catch {
            looksAgain = true
            let reason = StudioError(.invalidRequest, "the request was written by another version of this program")
            return await publish(try await store.fail(attempt, reason.jobError))
        }
        run = Run(attempt: attempt, request: request)
        if cancelledBeforeRun.remove(record.id) != nil { run?.stop = .cancelled }
        renewAt = .now + configuration.lease / 3
        await publish(record)
        await publishQueue()
        await publishWorker(.busy)
        let order = try await order(record, request)
        // A cancellation may have come meanwhile, and must not overtake the order.
        guard run?.attempt == attempt else { return }
        if run?.stop == nil {
            if await engine.send(.run(order)) { return }
            // It ended, and its end is about to be told.
            isReady = false
        }
        await finishUnstarted(attempt)
    }

    private func order(_ record: JobRecord, _ request: DrawRequest) async throws -> RunOrder {
        var parent: String?
        if let id = request.parentImage {
            // The picture may have been deleted since; the new one is drawn all the same.
            parent = try? await store.image(Int64(id)).sha256
        }
        return RunOrder(
            job: record.id, attempt: record.attempt, request: request, ordinals: record.missingOrdinals,
            staging: folder.stagingPath.string, database: store.databaseID, owner: record.owner, queuedAt: record.createdAt,
            parentSHA256: parent)
    }

    /// The engine never saw this attempt: it does not count as lost.
    private func finishUnstarted(_ attempt: Attempt) async {
        guard run?.attempt == attempt else { return }
        await end(attempt) { try await self.store.giveBack(attempt) }
    }

    /// Asks the engine to stop the attempt, and gives it a while to say so.
    func stop(_ attempt: Attempt, _ reason: Run.Stop) async {
        guard let run, run.attempt == attempt, run.stop == nil else { return }
        self.run?.stop = reason
        self.run?.stopDeadline = .now + configuration.cancelGrace
        _ = await engine.send(.cancel(run.id))
    }

    /// The attempt is over, and `change` says so in the store.
    func end(_ attempt: Attempt, _ change: @Sendable () async throws -> JobRecord?) async {
        guard run?.attempt == attempt else { return }
        do { await publish(try await change()) } catch { logger.error("job \(attempt.job): its end cannot be written: \(error)") }
        run = nil
        progress = nil
        if isReady { await publishWorker(.ready) }
        await publishQueue()
        await beginNext()
    }
}
