public import Diffusion
public import History
import Logging
import Memory
public import SystemPackage

/// The engine's process: draws what the server orders, one picture after another, and owns nothing that must last.
public actor EngineWorker {
    let engine: Engine
    let description: EngineDescription
    let report: @Sendable (GeneratedImage, FilePath) throws -> JSONText
    let pipe: WorkerPipe
    var planner: WorkerPlanner?
    var capabilities: Capabilities?
    var pace = Pace()
    var projection = LatentProjection()
    private let previewFolder: FilePath?
    /// Where the projection is to be kept; `nil` once it is.
    var previewFile: PreviewFile?
    let logger = Logger(label: "sluice.worker")
    /// The order under way, and its task.
    var drawing: (order: RunOrder, task: Task<Void, Never>)?
    var tracker: ProgressTracker?
    var drains = false
    var unansweredPing: Int?
    var memory = MemoryWatch()

    /// - Parameters:
    ///   - engine: With a budget.
    ///   - previewFolder: Where what previews are made with outlives this process.
    ///   - report: The report of a picture, given the name of its file.
    public init(
        _ engine: Engine, _ description: EngineDescription, previewFolder: FilePath? = nil,
        report: @escaping @Sendable (GeneratedImage, FilePath) throws -> JSONText
    ) throws {
        self.previewFolder = previewFolder
        self.engine = engine
        self.description = description
        self.report = report
        pipe = try WorkerPipe.takingStandardOutput()
    }

    /// Works until the server closes the pipe, then stops what is under way, for at most `grace`.
    /// - Throws: The reason why the model cannot be used, which the server was told; `ProtocolViolation`.
    public func work(grace: Duration = .seconds(2)) async throws {
        do { try await begin() } catch {
            try? pipe.send(.unusable(StudioError(engine: error)))
            throw error
        }
        for try await order in pipe.orders { try await follow(order) }
        drawing?.task.cancel()
        let deadline = ContinuousClock.now + grace
        while drawing != nil, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
    }

    private func begin() async throws {
        let planner = try WorkerPlanner(engine, description.decoding)
        let capabilities = try Capabilities(engine, planner.folder, description)
        (self.planner, self.capabilities) = (planner, capabilities)
        if let previewFolder { recallProjection(PreviewFile(in: previewFolder, model: capabilities.model.digest)) }
        try pipe.send(.hello(Hello(capabilities)))
    }

    private func recallProjection(_ file: PreviewFile) {
        previewFile = file
        do { projection = try file.read() ?? projection } catch { logger.warning("\(file.path) is made anew: \(error)") }
    }

    private func follow(_ order: WorkerOrder) async throws {
        switch order {
        case .run(let order): try start(order)
        case .cancel(let run): if drawing?.order.run == run { drawing?.task.cancel() }
        case .drain(let run): if drawing?.order.run == run { drains = true }
        case .release: Task { await release() }
        case .ping(let number): ping(number)
        case .plan(let order): Task { await answer(order) }
        }
    }

    private func start(_ order: RunOrder) throws {
        if drawing != nil {
            let busy = StudioError(.deviceFault, "the engine was given two jobs at once")
            return try pipe.send(.failed(.init(order.run, busy)))
        }
        drains = false
        try pipe.send(.accepted(order.run))
        drawing = (order, Task { await self.draw(order) })
    }

    /// Answered by the engine itself: at its next word while it draws, else when its turn comes.
    private func ping(_ number: Int) {
        unansweredPing = number
        Task {
            await engine.waitUntilIdle()
            answerPing()
        }
    }

    func answerPing() {
        guard let number = unansweredPing else { return }
        unansweredPing = nil
        send(.pong(number))
    }

    private func release() async {
        await engine.releaseMemory()
        send(.memory(memory.reading(engine)))
    }

    private func answer(_ order: PlanOrder) async {
        guard let planner else { return }
        do {
            send(.planned(PlanAnswer(number: order.number, plan: try await planner.plan(order.request, pace))))
        } catch {
            send(.planned(PlanAnswer(number: order.number, error: StudioError(engine: error))))
        }
    }

    /// A server that is gone closes the input, too, which ends the work.
    func send(_ message: WorkerMessage) { try? pipe.send(message) }
}
