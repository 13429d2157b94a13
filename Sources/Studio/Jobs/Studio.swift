public import History
public import Logging

/// The queue at work: hands jobs to the engine one at a time, keeps what comes back, and tells everybody.
///
/// The store is the truth; what this actor holds besides is what the running attempt says of itself.
public actor Studio {
    public struct Configuration: Sendable {
        /// Below this much free space nothing new begins.
        public var minimumFreeBytes = 1 << 30
        /// Jobs that may wait.
        public var queueLimit = 1000
        /// How long a claim holds without renewal.
        public var lease = Duration.seconds(30)
        /// How long the engine may take to stop before it is ended.
        public var cancelGrace = Duration.seconds(5)
        /// How long a question may wait for the engine.
        public var answerLimit = Duration.seconds(10)
        public var pingInterval = Duration.seconds(10)
        /// Recorded with each claim.
        public var workerName = "local"

        public init() {}
    }

    /// The attempt under way.
    struct Run {
        let attempt: Attempt
        let request: DrawRequest
        /// Why it is to stop, if it is.
        var stop: Stop?
        var stopDeadline: ContinuousClock.Instant?

        enum Stop {
            case cancelled
            /// The job has its end already; the engine's answer is only waited for.
            case ended
            case shutdown
        }

        var id: RunID { RunID(job: attempt.job, attempt: attempt.number) }
    }

    let store: any JobStore & HistoryStore
    let folder: DataFolder
    let events: any EventSink
    let engine: any EngineProcess
    let configuration: Configuration
    let logger: Logger

    /// Jobs that were cancelled between their claim and their run.
    var cancelledBeforeRun: Set<Int64> = []
    var run: Run?
    /// What the engine said of itself last; kept while it restarts, so that requests are understood meanwhile.
    public internal(set) var capabilities: Capabilities?
    var worker = WorkerStatus(state: .starting)
    var isReady = false
    /// Why the engine that was started last cannot draw.
    var unusable: StudioError?
    var isPaused = false
    var isStopping = false
    var progress: Progress?
    var memory: MemoryReading?
    var isClaiming = false
    var looksAgain = false
    /// Whether jobs may wait that the disk had no room for.
    var waitsForRoom = false
    var questions: [Int: Question] = [:]
    var lastNumber = 0
    var renewAt = ContinuousClock.now
    var ping = Ping()
    let stops = AsyncStream.makeStream(of: Void.self)

    public init(
        store: any JobStore & HistoryStore, folder: DataFolder, events: any EventSink, engine: any EngineProcess,
        configuration: Configuration = Configuration(), logger: Logger = Logger(label: "sluice.studio")
    ) {
        self.store = store
        self.folder = folder
        self.events = events
        self.engine = engine
        self.configuration = configuration
        self.logger = logger
    }

    /// Works until `shutdown` or until the task is cancelled. The store was compared with its folder before, so that nothing counts as
    /// running in it.
    public func work() async {
        await publishQueue()
        await withTaskGroup { group in
            group.addTask { await self.engine.run { await self.receive($0) } }
            group.addTask { await self.keepTime() }
            for await _ in stops.stream { break }
            isStopping = true
            group.cancelAll()
        }
        worker.state = .down
        await events.publish("worker", worker)
    }

    /// Stops the running attempt, gives its job back without counting it as lost, and ends `work`.
    public func shutdown() async {
        isStopping = true
        if let attempt = run?.attempt {
            await stop(attempt, .shutdown)
            while run?.attempt == attempt { try? await Task.sleep(for: .milliseconds(20)) }
        }
        stops.continuation.finish()
    }

    /// Whether the engine's own queue answered the last question in time.
    public var isEngineAnswering: Bool { isReady && ping.isAnswered(within: configuration.answerLimit) }

    /// What a page shows of jobs and pictures. The identifier of the last event must have been read before.
    public func lists() async throws(StudioError) -> SnapshotLists {
        try await told {
            SnapshotLists(
                jobs: try await self.store.activeJobs().map { try Job($0) },
                recent: try await self.store.endedJobs(before: nil, limit: SnapshotLists.recentLimit).map { try Job($0) },
                lastImages: try await self.store.images(ImageQuery(), after: nil, limit: SnapshotLists.imageLimit).images.map {
                    try HistoryImage($0)
                })
        }
    }

    /// What it shows besides.
    public func status() async throws(StudioError) -> StudioStatus {
        try await told {
            StudioStatus(
                progress: await self.progress, memory: await self.memory, worker: await self.worker, queue: try await self.queueStatus(),
                disk: try await self.diskStatus())
        }
    }
}
