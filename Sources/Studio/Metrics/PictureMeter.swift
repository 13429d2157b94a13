import FoundationEssentials
public import History
public import Logging
public import ServiceLifecycle

/// Counts the times of every picture that is saved, and how jobs end, while the server runs.
public struct PictureMeter: Service {
    private let hub: EventHub
    private let store: any HistoryStore
    private let metrics: StudioMetrics
    private let logger: Logger

    public init(_ hub: EventHub, _ store: any HistoryStore, _ metrics: StudioMetrics, _ logger: Logger) {
        self.hub = hub
        self.store = store
        self.metrics = metrics
        self.logger = logger
    }

    private struct Saved: Decodable {
        let id: Int64
    }

    private struct Told: Decodable {
        let id: Int64
        let status: JobStatus
    }

    /// The last states of jobs that were told of: an end may be told more than once.
    private struct LastStates {
        private static let limit = 1000
        private var states: [Int64: JobStatus] = [:]

        /// - Returns: Whether the job has ended since it was last told of.
        mutating func hasEnded(_ job: Told) -> Bool {
            if states.count >= 2 * Self.limit { states = states.filter { $0.key > job.id - Int64(Self.limit) } }
            return states.updateValue(job.status, forKey: job.id) != job.status && job.status.isEnd
        }
    }

    /// Counts until the hub finishes, and returns when it is its turn to stop.
    public func run() async throws {
        var newest = try await store.images(ImageQuery(), after: nil, limit: 1).images.first?.id ?? 0
        var states = LastStates()
        let subscription = try await hub.subscribe()
        while let batch = await subscription.next() {
            for case .event(let event) in batch.items {
                do {
                    switch event.type {
                    case "image":
                        let id = try JSONDecoder().decode(Saved.self, from: Data(event.data)).id
                        // Stars and the trash make an event of an older picture.
                        if id > newest, let report = try await store.report(id) { metrics.record(try report.decoded()) }
                        newest = max(newest, id)
                    case "job":
                        let job = try JSONDecoder().decode(Told.self, from: Data(event.data))
                        if states.hasEnded(job) { metrics.countEnd(job.status) }
                    default: continue
                    }
                } catch { logger.error("a \(event.type) was not counted: \(error)") }
            }
        }
        try await gracefulShutdown()
    }
}
