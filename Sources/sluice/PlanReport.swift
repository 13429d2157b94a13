import Diffusion
import Gallery
import Memory

/// A memory plan as `plan --json` and `--report` write it.
struct PlanReport: Encodable {
    let budgetBytes: Int
    let predictedPeakBytes: Int
    let offload: String
    let streamedBytesPerStep: Int
    let contextBytes, keptBytes, ringBytes: Int
    let phases: [PhaseReport]
    /// Absent where nothing is known of the device's rates.
    let step: StepReport?
    /// Absent where the picture is decoded as a whole.
    let vaeTiling: VAETiling?

    struct PhaseReport: Encodable {
        let name: String
        let arenaBytes, arenaLowerBoundBytes, residentBytes, streamedBytes, peakBytes: Int
        /// Of the denoising phase, one step's.
        let floatingPointOperations: Int
    }

    init(_ plan: MemoryPlan, tiling: DecodeTiling?, on profile: DeviceProfile? = nil) {
        budgetBytes = plan.budgetByteCount
        predictedPeakBytes = plan.predictedPeakByteCount
        offload = plan.offload.rawValue
        streamedBytesPerStep = plan.streamedBytesPerStep
        contextBytes = plan.contextByteCount
        keptBytes = plan.keptByteCount
        ringBytes = plan.ringByteCount
        phases = plan.phases.map {
            PhaseReport(
                name: $0.phase.rawValue, arenaBytes: $0.arenaByteCount, arenaLowerBoundBytes: $0.lowerBoundByteCount,
                residentBytes: $0.residentByteCount, streamedBytes: $0.streamedByteCount, peakBytes: $0.peakByteCount,
                floatingPointOperations: $0.floatingPointOperations)
        }
        step = StepReport(plan, on: profile)
        vaeTiling = tiling.map { VAETiling($0) }
    }
}

extension VAETiling {
    init(_ tiling: DecodeTiling) { self.init(tile: tiling.side, overlap: tiling.overlap) }
}

/// The predicted time of a denoising step.
struct StepReport: Encodable {
    let profile: String
    let seconds: Double
    let boundBy: String
    let computeSeconds, linkSeconds, diskSeconds: Double

    init?(_ plan: MemoryPlan, on profile: DeviceProfile?) {
        guard let profile else { return nil }
        let step = plan.stepTime(on: profile)
        self.profile = profile.name
        seconds = step.seconds
        boundBy = step.bound.rawValue
        (computeSeconds, linkSeconds, diskSeconds) = (step.computeSeconds, step.linkSeconds, step.diskSeconds)
    }
}

/// The object of `plan --sweep --json`.
struct SweepReport: Encodable {
    let width, height, steps: Int
    let budgets: [Row]

    struct Row: Encodable {
        let budgetBytes: Int
        let fits: Bool
        /// Absent where the budget is refused.
        let streamedBytesPerStep, residentBytes, predictedPeakBytes: Int?
        let step: StepReport?
        /// Absent where the picture is decoded as a whole.
        let vaeTiling: VAETiling?
        /// Absent where the budget is enough.
        let smallestBudgetBytes: Int?
        let bindingPhase: String?
    }

    init(_ request: GenerationRequest, _ budgets: [Int], _ plans: [Result<PlannedRequest, BudgetRefusal>], on profile: DeviceProfile?) {
        (width, height, steps) = (request.width, request.height, request.steps)
        self.budgets = zip(budgets, plans).map { budget, result in
            switch result {
            case .success(let planned):
                Row(
                    budgetBytes: budget, fits: true, streamedBytesPerStep: planned.plan.streamedBytesPerStep,
                    residentBytes: planned.plan.phase(.denoise)?.residentByteCount,
                    predictedPeakBytes: planned.plan.predictedPeakByteCount, step: StepReport(planned.plan, on: profile),
                    vaeTiling: planned.tiling.map { VAETiling($0) }, smallestBudgetBytes: nil, bindingPhase: nil)
            case .failure(let refusal):
                Row(
                    budgetBytes: budget, fits: false, streamedBytesPerStep: nil, residentBytes: nil, predictedPeakBytes: nil, step: nil,
                    vaeTiling: nil,
                    smallestBudgetBytes: refusal.smallestByteCount, bindingPhase: refusal.bindingPhase.rawValue)
            }
        }
    }
}
