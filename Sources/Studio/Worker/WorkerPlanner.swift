import Diffusion
import Memory
import Tensors

/// Answers what requests would take, beside the engine and without touching its device.
struct WorkerPlanner: Sendable {
    let folder: FluxFolder
    private let decoding: Decoding
    private let budgetByteCount: Int
    private let offload: Offload
    private let memory: RunPlanner

    /// - Throws: `ModelError` with everything that is wrong with the model.
    init(_ engine: Engine, _ decoding: Decoding) throws {
        guard case .budget(let byteCount, let offload) = engine.policy else { preconditionFailure("a worker has a budget") }
        (budgetByteCount, self.offload) = (byteCount, offload)
        self.decoding = decoding
        let model = try FluxModel(engine.modelFolder, computeType: engine.computeType, retainedByteCount: 0, on: engine.backend)
        folder = model.folder
        let context = (engine.backend.device as? any PagedDevice)?.contextByteCount ?? 0
        memory = RunPlanner(model, contextByteCount: context, on: engine.backend)
    }

    /// As the engine draws the picture at `ordinal`.
    func generation(_ request: DrawRequest, ordinal: Int) -> GenerationRequest {
        GenerationRequest(
            prompt: request.prompt, width: request.width, height: request.height, steps: request.steps,
            guidance: Float(request.guidance), seed: request.seed(of: ordinal), maximumSequenceLength: folder.defaultSequenceLength,
            decoding: decoding)
    }

    /// - Throws: `BudgetRefusal`, `RequestError`.
    @concurrent
    func plan(_ request: DrawRequest, _ pace: Pace) async throws -> RequestPlan {
        let drawn = generation(request, ordinal: 0)
        let plan = try memory.planned(drawn, budgetByteCount: budgetByteCount, offload: offload).plan
        return RequestPlan(
            predictedPeakBytes: plan.predictedPeakByteCount, budgetBytes: plan.budgetByteCount, offload: plan.offload.rawValue,
            streamedBytesPerStep: plan.streamedBytesPerStep,
            phases: plan.phases.map { .init(name: $0.phase.rawValue, predictedPeakBytes: $0.peakByteCount) },
            stepSeconds: pace.seconds(.denoise, try work(drawn)))
    }

    /// Operations of each phase.
    @concurrent
    func work(of request: DrawRequest) async throws -> Pace.Work { try work(generation(request, ordinal: 0)) }

    private func work(_ request: GenerationRequest) throws -> Pace.Work {
        let plan = try memory.planned(request, budgetByteCount: .max / 4, offload: .none).plan
        return Dictionary(uniqueKeysWithValues: plan.phases.map { ($0.phase, Double($0.floatingPointOperations)) })
    }
}
