import FluxModels
public import Memory
import Synchronization
public import SystemPackage
public import Tensors
import Weights

/// Draws pictures with one model on one backend, one at a time, on a thread of its own.
///
/// ```swift
/// let engine = Engine(model: folder, computeType: .bf16, on: backend)
/// for try await event in engine.generate(request) { … }
/// ```
public actor Engine {
    public nonisolated let modelFolder: FilePath
    public nonisolated let computeType: ElementType
    public nonisolated let backend: any Backend
    public nonisolated let policy: MemoryPolicy
    /// The account of what runs hold.
    public nonisolated let ledger: Ledger
    private let thread = ThreadExecutor(name: "sluice.engine")
    private let planned = Mutex<(run: PlannedRun, memory: BudgetMemory, plan: MemoryPlan)?>(nil)
    private var model: FluxModel?
    private var memory: BudgetMemory?
    private var prompts: PromptLibrary

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - model: A folder in the diffusers layout; read when the first picture is asked for.
    ///   - computeType: What everything is computed in; the backend's preferred type if absent.
    ///   - policy: How memory is used.
    ///   - promptStore: Where encoded prompts are kept beyond the engine; those of the last pictures are in memory anyway.
    public init(
        model: FilePath, computeType: ElementType? = nil, policy: MemoryPolicy = .unplanned, promptStore: (any PromptStore)? = nil,
        on backend: any Backend
    ) {
        modelFolder = model
        self.computeType = computeType ?? backend.computeTypes[0]
        self.policy = policy
        self.backend = backend
        prompts = PromptLibrary(store: promptStore)
        ledger =
            switch policy {
            case .unplanned: backend.device.ledger
            case .budget(let byteCount, _): Ledger(device: backend.device.name, budgetByteCount: byteCount)
            }
    }

    /// Draws a picture; the stream ends after `.finished`, or throws what went wrong. Cancelling its consumer stops the run between sub-layers.
    /// - Parameter tellsOutlook: Whether the latents are told now and then.
    public nonisolated func generate(
        _ request: GenerationRequest, tellsOutlook: Bool = false
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let image = try await self.run(request, tellsOutlook: tellsOutlook) { continuation.yield($0) }
                    continuation.yield(.finished(image))
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Returns when no run is under way any more. A run whose consumer was cancelled goes on to the end of its sub-layer.
    public func waitUntilIdle() {}

    /// How the run under way uses memory; `nil` between runs, and where memory is not planned.
    public nonisolated var liveRun: LiveRun? {
        planned.withLock { $0 }.map { run, memory, plan in
            LiveRun(plan: plan, traffic: run.traffic, arenaHeldByteCount: memory.arena.reading.liveByteCount)
        }
    }

    /// Gives the device's memory back. The next picture reads its weights again.
    public func releaseMemory() {
        memory = nil
        model = nil
    }

    /// The model's small files, read if they have not been.
    public func folder() throws -> FluxFolder { try loaded { _ in }.folder }

    /// What drawing `request` would hold, phase by phase, under a budget; nothing is computed and no weight is read.
    /// - Throws: `BudgetRefusal` with the smallest budget that works.
    public func plan(_ request: GenerationRequest, budgetByteCount: Int, offload: Offload) throws -> MemoryPlan {
        let model = try loaded { _ in }
        try request.validate(sideMultiple: model.folder.sideMultiple)
        return try plan(request, model, encodes: true, budgetByteCount, offload).plan
    }

    private func plan(
        _ request: GenerationRequest, _ model: FluxModel, encodes: Bool, _ budgetByteCount: Int, _ offload: Offload
    ) throws -> PlannedRequest {
        let planner = RunPlanner(model, contextByteCount: contextByteCount, on: backend)
        return try planner.planned(request, encodes: encodes, budgetByteCount: budgetByteCount, offload: offload)
    }

    /// What drawing `request` needs of memory, whatever the budget.
    func needs(of request: GenerationRequest) throws -> RunNeeds {
        try RunPlanner(loaded { _ in }, contextByteCount: contextByteCount, on: backend).needs(of: request)
    }

    private lazy var contextByteCount = (backend.device as? any PagedDevice)?.contextByteCount ?? 0

    private func run(
        _ request: GenerationRequest, tellsOutlook: Bool, _ send: @escaping @Sendable (GenerationEvent) -> Void
    ) throws -> GeneratedImage {
        let observer = RunObserver(tellsOutlook: tellsOutlook, send)
        try observer.begin(.load)
        let model = try loaded(send)
        try request.validate(sideMultiple: model.folder.sideMultiple)
        if !model.folder.transformer.guidanceEmbeds { observer.notice(.guidanceUnused) }
        let prompt = findPrompt(request, model, observer)
        switch policy {
        case .unplanned:
            let run = Run(pass: pass(on: backend, observer), memory: UnplannedMemory(), observer: observer)
            return try draw(request, prompt, model, run)
        case .budget(let byteCount, let offload):
            let planned = try plan(request, model, encodes: prompt.encoded == nil, byteCount, offload)
            if let tiling = planned.tiling { observer.notice(.decodedInTiles(side: tiling.side, overlap: tiling.overlap)) }
            do { return try draw(planned, prompt, model, observer) } catch {
                // Whatever state the regions were left in, the next run begins with nothing.
                memory = nil
                throw error
            }
        }
    }

    private func draw(
        _ asked: PlannedRequest, _ prompt: FoundPrompt, _ model: FluxModel, _ observer: RunObserver
    ) throws -> GeneratedImage {
        let (request, plan) = (asked.request, asked.plan)
        guard let device = backend.device as? any PagedDevice else { preconditionFailure("this device has no pages to plan") }
        let memory = try self.memory ?? BudgetMemory(budgetByteCount: plan.budgetByteCount, ledger: ledger, on: device)
        self.memory = memory
        ledger.record(measuredByteCount: plan.contextByteCount, of: .context)
        let planned = try PlannedRun(plan, steps: request.steps, in: memory, began: observer.began)
        self.planned.withLock { $0 = (planned, memory, plan) }
        defer {
            planned.finish()
            self.planned.withLock { $0 = nil }
        }
        let backend = backend.running(on: memory.arena)
        let run = Run(pass: pass(on: backend, observer), memory: planned, observer: observer)
        return try draw(request, prompt, model.leased(from: planned, on: backend), run, plan: plan, planned: planned)
    }

    private func pass(on backend: any Backend, _ observer: RunObserver) -> ForwardPass {
        ForwardPass(on: backend) { try observer.enter($0) }
    }

    private func draw(
        _ request: GenerationRequest, _ prompt: FoundPrompt, _ model: FluxModel, _ run: Run, plan: MemoryPlan? = nil,
        planned: PlannedRun? = nil
    ) throws -> GeneratedImage {
        ledger.resetPeak()
        let encoding = try encoding(prompt, model, run)
        let drawn = try TextToImage(model: model.networks, request: request, run: run).draw(encoding)
        return GeneratedImage(
            request: request, promptSource: prompt.source, tiling: request.tiling, pixels: drawn.pixels, latents: drawn.latents,
            latentLayout: model.folder.latentLayout(width: request.width, height: request.height), timeline: run.observer.finish(),
            plan: plan, phasePeaks: plan == nil ? [] : ledger.reading.phases, traffic: planned?.traffic, memoryCurve: planned?.curve,
            memoryEvents: planned?.takeEvents() ?? [], arenaUses: planned?.arenaUses ?? [],
            peakByteCount: ledger.reading.peakByteCount)
    }

    private func loaded(_ send: (GenerationEvent) -> Void) throws -> FluxModel {
        if let model { return model }
        // Under a budget weights are converted block by block, so that none is held twice.
        let retained = policy == .unplanned ? HostMemory.availableByteCount / 4 : 0
        let model = try FluxModel(modelFolder, computeType: computeType, retainedByteCount: retained, on: backend)
        for store in model.stores where store.storedTypes != [computeType] {
            let stored = store.storedTypes.map(\.rawValue).sorted().joined(separator: ", ")
            send(.notice(.weightsConverted(component: store.component, from: stored, to: computeType.rawValue)))
        }
        do { try prompts.open(model, on: backend) } catch { send(.notice(.promptNotStored(reason: "\(error)"))) }
        self.model = model
        return model
    }

    /// A picture's prompt, and its encoding where there is one already.
    private struct FoundPrompt {
        let text: PromptText
        let tokens: PromptTokens
        let encoded: EncodedPrompt?
        let source: PromptSource
    }

    private func findPrompt(_ request: GenerationRequest, _ model: FluxModel, _ observer: RunObserver) -> FoundPrompt {
        let text = PromptText(request.prompt, maximumSequenceLength: request.maximumSequenceLength)
        let found = prompts.prompt(text, model, observer)
        let prompt = FoundPrompt(
            text: text, tokens: model.tokens(of: request, observer), encoded: found?.prompt, source: found?.source ?? .encoded)
        observer.found(prompt.source)
        return prompt
    }

    private func encoding(_ prompt: FoundPrompt, _ model: FluxModel, _ run: Run) throws -> PromptEncoding {
        if let encoded = prompt.encoded { return try encoded.placed(on: run.pass.backend) }
        let encoding = try model.networks.encode(prompt.tokens, run)
        prompts.keep(try EncodedPrompt(encoding, on: run.pass.backend), for: prompt.text, model, on: backend, run.observer)
        return encoding
    }
}
