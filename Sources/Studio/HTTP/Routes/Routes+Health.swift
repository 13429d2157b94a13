import HTTPTypes
import History
import Hummingbird
import NIOCore

extension Routes {
    func addHealth(to router: Router<Context>) {
        router.get("healthz") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n")))
        }
        router.get("readyz") { _, _ in
            let readiness = await readiness()
            return try Self.reply(readiness, status: readiness.ready ? .ok : .serviceUnavailable)
        }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: try await metricsText())))
        }
    }

    /// Whether a picture that is asked for now could be drawn and kept.
    private func readiness() async -> Readiness {
        let engine = await studio.isEngineAnswering
        do {
            let disk = try await studio.status().disk
            return Readiness(database: true, engine: engine, disk: disk.freeBytes >= disk.minimumFreeBytes)
        } catch {
            return Readiness(database: false, engine: engine, disk: false)
        }
    }

    private func metricsText() async throws -> String {
        var text = MetricsText()
        let (status, jobs) = (try await studio.status(), try await store.jobCounts())
        text.family("sluice_jobs", "gauge", "Jobs of the history by state.")
        for state in JobStatus.allCases { text.sample("sluice_jobs", ["state": state.rawValue], Double(jobs[state] ?? 0)) }
        text.family("sluice_queue_depth", "gauge", "Jobs that wait.")
        text.sample("sluice_queue_depth", Double(status.queue.depth))
        text.family("sluice_queue_oldest_seconds", "gauge", "For how long the oldest of them has waited.")
        text.sample("sluice_queue_oldest_seconds", try await store.oldestQueued().map { Double(Timestamp.now - $0) / 1000 } ?? 0)
        text.family("sluice_worker_up", "gauge", "Whether the engine runs.")
        text.sample("sluice_worker_up", [.ready, .busy].contains(status.worker.state) ? 1 : 0)
        text.family("sluice_worker_restarts_total", "counter", "Times that the engine was started again.")
        text.sample("sluice_worker_restarts_total", Double(status.worker.restarts))
        text.family("sluice_disk_free_bytes", "gauge", "Free space where pictures are kept.")
        text.sample("sluice_disk_free_bytes", Double(status.disk.freeBytes))
        if let memory = status.memory {
            text.family("sluice_memory_bytes", "gauge", "What the engine holds, by its own ledger.")
            for (kind, bytes) in [
                ("current", memory.now), ("peak", memory.peak), ("predicted", memory.predicted), ("budget", memory.budget),
            ] {
                if let bytes { text.sample("sluice_memory_bytes", ["account": "device", "kind": kind], Double(bytes)) }
            }
        }
        metrics.write(to: &text)
        return text.text
    }
}

private struct Readiness: Encodable {
    let database, engine, disk: Bool
    var ready: Bool { database && engine && disk }

    private enum CodingKeys: CodingKey { case ready, database, engine, disk }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ready, forKey: .ready)
        try container.encode(database, forKey: .database)
        try container.encode(engine, forKey: .engine)
        try container.encode(disk, forKey: .disk)
    }
}
