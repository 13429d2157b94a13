import FoundationEssentials
import Gallery
import History
import SystemPackage

@testable import Studio

/// An engine that follows a script instead of drawing.
actor ScriptedEngine: EngineProcess {
    enum Act {
        /// Leaves every picture at once.
        case draw
        /// Leaves so many pictures, and then waits to be told to stop.
        case wait(after: Int = 0)
        /// Leaves so many pictures, and then answers nothing any more.
        case fallDeaf(after: Int = 0)
        /// Leaves so many pictures, and then ends.
        case crash(after: Int = 0)
        case fail(StudioError)
        /// Leaves a file other than it says.
        case lie
    }

    private let script: @Sendable (RunOrder) -> Act
    private let inbox = AsyncStream.makeStream(of: Event.self)
    private var current: (order: RunOrder, isDeaf: Bool)?
    private var drainsAfter: RunID?
    private(set) var orders: [WorkerOrder] = []
    private(set) var ends: [String] = []
    private var isRunning = false
    /// What plans are answered with.
    var refusal: StudioError?

    private enum Event {
        case order(WorkerOrder)
        case end(String)
        case message(WorkerMessage)
    }

    init(_ script: @escaping @Sendable (RunOrder) -> Act = { _ in .draw }) {
        self.script = script
    }

    func refuse(_ error: StudioError?) { refusal = error }

    /// Says something out of turn.
    func say(_ message: WorkerMessage) { inbox.continuation.yield(.message(message)) }

    func send(_ order: WorkerOrder) -> Bool {
        if isRunning {
            orders.append(order)
            inbox.continuation.yield(.order(order))
        }
        return isRunning
    }

    func end(_ reason: String) {
        ends.append(reason)
        inbox.continuation.yield(.end(reason))
    }

    func run(_ receive: @escaping @Sendable (EngineSignal) async -> Void) async {
        await begin(0, receive)
        var restarts = 0
        for await event in inbox.stream {
            var reason: String?
            switch event {
            case .order(let order): reason = await follow(order, receive)
            case .end(let asked): reason = asked
            case .message(let message): await receive(.message(message))
            }
            if let reason {
                (isRunning, current) = (false, nil)
                restarts += 1
                await receive(.ended(reason: reason))
                await begin(restarts, receive)
            }
        }
        isRunning = false
        await receive(.ended(reason: "the server stops"))
    }

    private func begin(_ restarts: Int, _ receive: @Sendable (EngineSignal) async -> Void) async {
        await receive(.starting(restarts: restarts))
        isRunning = true
        await receive(.message(.hello(Hello(.sample))))
    }

    /// - Returns: Why the engine ended, if it did.
    private func follow(_ order: WorkerOrder, _ receive: @Sendable (EngineSignal) async -> Void) async -> String? {
        switch order {
        case .run(let order): return await draw(order, receive)
        case .cancel(let run):
            if let current, current.order.run == run, !current.isDeaf {
                self.current = nil
                await receive(.message(.cancelled(run)))
            }
        case .drain(let run):
            if let current, current.order.run == run, !current.isDeaf {
                self.current = nil
                await receive(.message(.drained(run)))
            }
        case .ping(let number): await receive(.message(.pong(number)))
        case .plan(let order):
            let answer = refusal.map { PlanAnswer(number: order.number, error: $0) } ?? PlanAnswer(number: order.number, plan: .sample)
            await receive(.message(.planned(answer)))
        case .release: break
        }
        return nil
    }

    private func draw(_ order: RunOrder, _ receive: @Sendable (EngineSignal) async -> Void) async -> String? {
        await receive(.message(.accepted(order.run)))
        switch script(order) {
        case .draw:
            await leave(order.ordinals, order, receive)
            await receive(.message(.done(order.run)))
        case .wait(let count):
            await leave(Array(order.ordinals.prefix(count)), order, receive)
            current = (order, false)
        case .fallDeaf(let count):
            await leave(Array(order.ordinals.prefix(count)), order, receive)
            current = (order, true)
        case .crash(let count):
            await leave(Array(order.ordinals.prefix(count)), order, receive)
            return "it crashed"
        case .fail(let error): await receive(.message(.failed(.init(order.run, error))))
        case .lie: await leave(order.ordinals, order, receive, digest: String(repeating: "0", count: 64))
        }
        return nil
    }

    private func leave(
        _ ordinals: [Int], _ order: RunOrder, _ receive: @Sendable (EngineSignal) async -> Void, digest: String? = nil
    ) async {
        for ordinal in ordinals {
            do {
                var image = try Self.stage(ordinal, order)
                if let digest { image.sha256 = digest }
                await receive(.message(.image(image)))
            } catch { await receive(.message(.failed(.init(order.run, StudioError(.deviceFault, "\(error)"))))) }
        }
    }

    /// A picture that only its seed changes.
    private static func stage(_ ordinal: Int, _ order: RunOrder) throws -> StagedImage {
        let (request, seed) = (order.request, order.request.seed(of: ordinal))
        let metadata = PictureMetadata(
            prompt: request.prompt, width: 4, height: 2, steps: request.steps, guidance: request.guidance, seed: seed, model: "Script")
        let origin = PictureOrigin(
            database: order.database, job: order.job, ordinal: ordinal, imageCount: request.count, attempt: order.attempt,
            owner: order.owner, queuedAt: order.queuedAt, parentSHA256: order.parentSHA256, device: "script")
        let record = PictureRecord(metadata: metadata, origin: origin, request: try JSONText(encoding: request))
        let name = DataFolder.stagedName(Attempt(job: order.job, worker: "", number: order.attempt), ordinal: ordinal)
        let file = FilePath(order.staging).appending(name)
        let picture = try Picture(width: 4, height: 2, pixels: (0..<24).map { UInt8(truncatingIfNeeded: seed &+ $0) })
        try PNGFile.write(picture, texts: try record.texts, to: file)
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: file.string)))
        return StagedImage(
            job: order.job, attempt: order.attempt, ordinal: ordinal, file: name, sha256: SHA256.hexadecimal(of: bytes),
            byteCount: bytes.count)
    }
}

extension Capabilities {
    static let sample = Capabilities(
        version: "0", model: Model(name: "Script", digest: "sha256:0", guidance: true, trueGuidance: false, embedded: false),
        device: Device(name: "script", description: "no device"), budgetBytes: 1 << 30, dtype: "bf16",
        defaults: Defaults(width: 128, height: 128, steps: 20, guidance: 3.5, count: 1), draft: Settings(steps: 20, guidance: 2),
        final: Settings(steps: 50, guidance: 3.5),
        bounds: Bounds(
            steps: Range(1, 1000), guidance: Range(0, 100), side: Range(16, 8192), sideMultiple: 16, count: Range(1, 10),
            promptCharacters: 32_000, seed: Range(0, 1 << 53 - 1)),
        sizes: [Size(width: 128, height: 128)], samplers: ["euler"], blocks: Blocks(double: 2, single: 6), maximumSequenceLength: 64)
}

extension RequestPlan {
    static let sample = RequestPlan(
        predictedPeakBytes: 1 << 20, budgetBytes: 1 << 30, offload: "auto", streamedBytesPerStep: 0,
        phases: [Phase(name: "denoise", predictedPeakBytes: 1 << 20)])
}
