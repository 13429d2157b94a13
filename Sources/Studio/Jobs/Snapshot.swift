/// What a page shows of the store.
public struct SnapshotLists: Encodable, Sendable {
    /// Running, then queued jobs in their order.
    public let jobs: [Job]
    /// The last ended jobs, newest first.
    public let recent: [Job]
    public let lastImages: [HistoryImage]

    static let recentLimit = 20
    static let imageLimit = 12
}

/// What a page shows besides, but for the identifier of the last event that it covers.
public struct StudioStatus: Encodable, Sendable {
    public let progress: Progress?
    public let memory: MemoryReading?
    public let worker: WorkerStatus
    public let queue: QueueStatus
    public let disk: DiskStatus
}

public struct QueueStatus: Codable, Equatable, Sendable {
    public var paused: Bool
    public var depth: Int
}

public struct DiskStatus: Codable, Equatable, Sendable {
    public var freeBytes: Int
    public var minimumFreeBytes: Int
}

/// What becomes of the engine's process.
public struct WorkerStatus: Codable, Equatable, Sendable {
    public enum State: String, Codable, Sendable {
        case starting, ready, busy
        /// It was lost, and another one is on its way.
        case restarting
        /// The studio is stopping.
        case down
    }

    public var state: State
    /// Times that it was started again.
    public var restarts: Int
    public var message: String?

    public init(state: State, restarts: Int = 0, message: String? = nil) {
        self.state = state
        self.restarts = restarts
        self.message = message
    }
}
