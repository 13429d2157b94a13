import Diffusion
import Memory

/// Plans as people read them.
struct PlanTable {
    let request: GenerationRequest
    let profile: DeviceProfile?

    /// One plan, phase by phase.
    func text(_ planned: PlannedRequest) -> String {
        let bytes = ProgressLine.bytes
        let plan = planned.plan
        var lines = [
            "\(size), budget \(bytes(plan.budgetByteCount)), offload \(plan.offload.rawValue)",
            row("phase", "buffers", "least", "weights", "streamed", "peak"),
        ]
        lines += plan.phases.map { phase in
            row(
                phase.phase.rawValue, bytes(phase.arenaByteCount), bytes(phase.lowerBoundByteCount), bytes(phase.residentByteCount),
                bytes(phase.streamedByteCount), bytes(phase.peakByteCount))
        }
        lines.append(
            "peak \(bytes(plan.predictedPeakByteCount)); in every phase: process \(bytes(plan.contextByteCount)), "
                + "kept \(bytes(plan.keptByteCount)), ring \(bytes(plan.ringByteCount))")
        if let tiling = planned.tiling {
            lines.append("decoded in tiles of \(tiling.side) pixels with \(tiling.overlap) of overlap: not exactly what it is as a whole")
        }
        if let profile { lines.append(stepLine(plan, plan.stepTime(on: profile), profile)) }
        return lines.joined(separator: "\n")
    }

    /// Several budgets, one a line; bytes are powers of ten, as cards are sold.
    func text(_ budgets: [Int], _ plans: [Result<PlannedRequest, BudgetRefusal>]) -> String {
        var lines = [size, row("budget", "streamed", "resident", "peak", "step", "bound by")]
        for (budget, result) in zip(budgets, plans) {
            switch result {
            case .success(let planned):
                let plan = planned.plan
                let step = profile.map { plan.stepTime(on: $0) }
                lines.append(
                    row(
                        gigabytes(budget), gigabytes(plan.streamedBytesPerStep), gigabytes(plan.phase(.denoise)?.residentByteCount ?? 0),
                        gigabytes(plan.predictedPeakByteCount), step.map { seconds($0.seconds) } ?? "unknown",
                        step?.bound.rawValue ?? "unknown") + (planned.tiling == nil ? "" : "   decoded in tiles"))
            case .failure(let refusal):
                // Rounded up, so that a budget read off the table works.
                let smallest = (refusal.smallestByteCount + 0xfffff) >> 20
                lines.append(row(gigabytes(budget)) + "   refused: \(refusal.bindingPhase.rawValue) needs \(smallest)MiB")
            }
        }
        return lines.joined(separator: "\n")
    }

    private var size: String {
        "\(request.width)×\(request.height), \(request.steps) steps, \(request.maximumSequenceLength) text tokens"
            + (profile.map { ", \($0.name)" } ?? "")
    }

    /// The binding term as a quotient, then the computation where it is not that.
    private func stepLine(_ plan: MemoryPlan, _ step: StepTime, _ profile: DeviceProfile) -> String {
        let streamed = gigabytes(plan.streamedBytesPerStep)
        let compute = "; compute \(seconds(step.computeSeconds))"
        let term =
            switch step.bound {
            case .compute:
                "\(tera(Double(plan.phase(.denoise)?.floatingPointOperations ?? 0))) TFLOP ÷ "
                    + "\(tera(profile.floatingPointOperationsPerSecond)) TFLOP/s"
                    + (profile.linkBytesPerSecond == nil ? "; disk \(seconds(step.diskSeconds))" : "; link \(seconds(step.linkSeconds))")
            case .link: "\(streamed) ÷ \(((profile.linkBytesPerSecond ?? 0) / 1e9).fixed(1)) GB/s" + compute
            case .disk: "\(streamed) ÷ \((profile.diskBytesPerSecond / 1e9).fixed(1)) GB/s" + compute
            }
        return "step \(seconds(step.seconds)), bound by \(step.bound.rawValue) (\(term))"
    }

    /// To the millisecond, of tiny models to the microsecond.
    private func seconds(_ value: Double) -> String { "\(value.fixed(value > 0 && value < 0.001 ? 6 : 3)) s" }
    private func tera(_ value: Double) -> String { (value / 1e12).fixed(value < 1e11 ? 6 : 1) }
    private func gigabytes(_ count: Int) -> String { "\((Double(count) / 1e9).fixed(1)) GB" }

    private func row(_ cells: String...) -> String {
        cells.enumerated().map { index, cell in
            index == 0 ? cell.leftAligned(11) : cell.rightAligned(11)
        }.joined()
    }
}
