import History
import Logging

/// What everybody is told.
extension Studio {
    func publish(_ record: JobRecord?) async {
        guard let record else { return }
        do { await events.publish("job", try Job(record)) } catch { logger.error("job \(record.id) cannot be shown: \(error)") }
    }

    func publishQueue() async {
        do { await events.publish("queue", try await queueStatus()) } catch { logger.error("the queue cannot be read: \(error)") }
    }

    func publishWorker(_ state: WorkerStatus.State) async {
        worker.state = state
        await events.publish("worker", worker)
    }

    func queueStatus() async throws -> QueueStatus {
        QueueStatus(paused: isPaused, depth: try await store.queueDepth())
    }

    func diskStatus() throws -> DiskStatus {
        DiskStatus(freeBytes: try folder.freeByteCount(), minimumFreeBytes: configuration.minimumFreeBytes)
    }
}
