import FluxModels
public import Memory
public import Tensors
import Tokenizers
import Weights

/// Plans pictures of one model by dry runs, on an engine that computes nothing and with weights that need not be there.
public struct RunPlanner: Sendable {
    public let configurations: FluxConfigurations
    /// Text tokens when a request does not say.
    public let defaultSequenceLength: Int
    private let clipTokenCount: Int
    private let contextByteCount: Int
    private let profile: DeviceProfile?
    private let backend: any Backend
    /// The device whose memory is planned.
    public var device: any MemoryDevice { backend.device }
    private let networks: @Sendable (any UnitSource, any Backend) throws -> FluxNetworks

    /// - Parameters:
    ///   - contextByteCount: What the process or the device holds besides what is planned.
    ///   - profile: The device, where its rates are known.
    ///   - backend: The engine whose memory is planned.
    public init(_ model: FluxModel, contextByteCount: Int, profile: DeviceProfile? = nil, on backend: any Backend) {
        configurations = model.folder.configurations
        defaultSequenceLength = model.folder.defaultSequenceLength
        clipTokenCount = model.folder.clipTokenizer.maximumLength
        self.contextByteCount = contextByteCount
        self.profile = profile
        self.backend = backend
        networks = { model.networks.leased(from: $0, on: $1) }
    }

    /// A model without its files; its weights are stored in bf16, as published.
    public init(
        onPaper configurations: FluxConfigurations, computeType: ElementType, contextByteCount: Int, profile: DeviceProfile? = nil,
        on backend: any Backend
    ) {
        self.configurations = configurations
        defaultSequenceLength = GenerationRequest.largestSequenceLength
        clipTokenCount = configurations.clip.maxPositionEmbeddings
        self.contextByteCount = contextByteCount
        self.profile = profile
        self.backend = backend
        networks = { source, backend in
            try FluxNetworks(configurations, computeType: computeType) { component in
                try WeightStore(
                    onPaper: component.folder, units: component.units(configurations), storedType: .bf16, computeType: computeType,
                    from: source, on: backend)
            }
        }
    }

    /// Lays out what drawing `request` holds, phase by phase.
    /// - Parameter encodes: Whether the prompt has to be encoded.
    /// - Throws: `RequestError`; `BudgetRefusal` with the smallest budget that works, and the largest square that fits this one.
    public func plan(
        _ request: GenerationRequest, encodes: Bool = true, budgetByteCount: Int, offload: Offload
    ) throws -> MemoryPlan {
        let planned = try plans(request, encodes: encodes, budgetByteCounts: [budgetByteCount], offload: offload)[0]
        do { return try planned.get() } catch var refusal {
            refusal.largestSide = try largestSide(like: request, encodes: encodes, budgetByteCount, offload)
            throw refusal
        }
    }

    /// The same request under several budgets, from one dry run.
    /// - Throws: `RequestError`.
    public func plans(
        _ request: GenerationRequest, encodes: Bool = true, budgetByteCounts: [Int], offload: Offload
    ) throws -> [Result<MemoryPlan, BudgetRefusal>] {
        try request.validate(sideMultiple: configurations.sideMultiple)
        let planner = MemoryPlanner(
            needs: try needs(of: request, encodes: encodes), contextByteCount: contextByteCount, offload: offload, profile: profile)
        return budgetByteCounts.map { budget in
            Result { () throws(BudgetRefusal) in try planner.plan(budgetByteCount: budget) }
        }
    }

    /// Of the squares up to the area of `request`, whose needs grow with their side.
    private func largestSide(
        like request: GenerationRequest, encodes: Bool, _ budgetByteCount: Int, _ offload: Offload
    ) throws -> Int? {
        let unit = max(64, configurations.sideMultiple)
        func fits(_ count: Int) throws -> Bool {
            var square = request
            (square.width, square.height, square.initialLatents) = (count * unit, count * unit, nil)
            let plans = try plans(square, encodes: encodes, budgetByteCounts: [budgetByteCount], offload: offload)
            if case .success = plans[0] { return true }
            return false
        }
        var (low, high) = (0, Int(Double(request.width * request.height).squareRoot()) / unit)
        guard high > 0, try fits(1) else { return nil }
        low = 1
        while low < high {
            let middle = (low + high + 1) / 2
            if try fits(middle) { low = middle } else { high = middle - 1 }
        }
        return low * unit
    }

    /// What drawing `request` needs of memory, whatever the budget.
    func needs(of request: GenerationRequest, encodes: Bool = true) throws -> RunNeeds {
        let (recorder, counter) = (RunRecorder(for: backend), WorkCounter())
        try rehearse(request, encodes: encodes, in: recorder, on: recorder.backend)
        try rehearse(request, encodes: encodes, in: counter, on: counter.backend)
        return recorder.needs(counter.work)
    }

    private func rehearse(
        _ request: GenerationRequest, encodes: Bool, in memory: some PhaseMemory & UnitSource, on backend: any Backend
    ) throws {
        let networks = try networks(memory, backend)
        let run = Run(pass: ForwardPass(on: backend), memory: memory, observer: RunObserver { _ in })
        let count = request.maximumSequenceLength
        let prompt =
            encodes
            ? try networks.encode(
                PromptTokens(
                    clip: [Int32](repeating: 0, count: clipTokenCount), t5: [Int32](repeating: 0, count: count)), run)
            : PromptEncoding(
                states: try backend.empty([count, configurations.t5.dModel], networks.computeType, for: .conditioning),
                pooled: try backend.empty([1, configurations.clip.hiddenSize], networks.computeType, for: .conditioning))
        try TextToImage(model: networks, request: request, run: run).rehearse(prompt)
    }
}
