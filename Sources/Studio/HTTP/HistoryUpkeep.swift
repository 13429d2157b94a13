public import History
public import Logging
public import ServiceLifecycle

/// What the history needs from time to time: a copy of its database each day, and the trash emptied of what is old.
public struct HistoryUpkeep: Service {
    private let folder: DataFolder
    private let store: SQLiteStore
    private let hub: EventHub
    private let logger: Logger
    private static let interval = Duration.seconds(3600)

    public init(_ folder: DataFolder, _ store: SQLiteStore, _ hub: EventHub, _ logger: Logger) {
        self.folder = folder
        self.store = store
        self.hub = hub
        self.logger = logger
    }

    private struct Gone: Encodable {
        let id: Int64
        let gone = true
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    _ = try await folder.backUp(store)
                    for id in try await folder.purgeTrash(of: store) { await hub.publish("image", Gone(id: id)) }
                } catch { logger.error("the history's upkeep failed: \(error)") }
                // Cancelled: the loop ends.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
