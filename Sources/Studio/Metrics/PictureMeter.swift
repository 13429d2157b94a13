import FoundationEssentials
public import History
public import Logging
public import ServiceLifecycle

/// Counts the times of every picture that is saved while the server runs.
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

    /// Counts until the hub finishes, and returns when it is its turn to stop.
    public func run() async throws {
        var newest = try await store.images(ImageQuery(), after: nil, limit: 1).images.first?.id ?? 0
        let subscription = try await hub.subscribe()
        while let item = await subscription.next() {
            guard case .event(let event) = item, event.type == "image" else { continue }
            do {
                let id = try JSONDecoder().decode(Saved.self, from: Data(event.data)).id
                // Stars and the trash make an event of an older picture.
                guard id > newest else { continue }
                newest = id
                if let report = try await store.report(id) { metrics.record(try report.decoded()) }
            } catch { logger.error("a picture was not counted: \(error)") }
        }
        try await gracefulShutdown()
    }
}
