import ArgumentParser
import Diffusion

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Says what a picture would hold in memory, phase by phase, before anything runs.")

    @OptionGroup var engine: EngineOptions
    @OptionGroup var memory: MemoryOptions
    @Option(parsing: .unconditional, help: "Pixels; a multiple of 16. What the model was trained for if absent.") var width: Int?
    @Option(parsing: .unconditional, help: "Pixels; a multiple of 16. What the model was trained for if absent.") var height: Int?
    @Option(parsing: .unconditional, help: "Denoising steps, whose modulation is held.") var steps: Int?
    @Option(parsing: .unconditional, help: "Text tokens the T5 encoder sees, at most 512.") var maxSequenceLength: Int?
    @Flag(help: "One JSON object in place of a table.") var json = false

    func run() async throws {
        let engine = try engine.makeEngine(.unplanned)
        let folder = try await engine.folder()
        let request = GenerationRequest(
            prompt: "", width: width ?? folder.defaultSide, height: height ?? folder.defaultSide, steps: steps ?? folder.defaultSteps,
            maximumSequenceLength: maxSequenceLength ?? folder.defaultSequenceLength)
        let plan = try await engine.plan(request, budgetByteCount: memory.budgetByteCount, offload: memory.offload)
        if json { try print(JSONFile.text(PlanReport(plan))) } else { printTable(plan, request) }
    }

    private func printTable(_ plan: MemoryPlan, _ request: GenerationRequest) {
        func mebibytes(_ byteCount: Int) -> String { ProgressLine.bytes(byteCount) }
        print(
            "\(request.width)×\(request.height), \(request.steps) steps, budget \(mebibytes(plan.budgetByteCount)), offload \(plan.offload.rawValue)"
        )
        print(row("phase", "buffers", "least", "weights", "streamed", "peak"))
        for phase in plan.phases {
            print(
                row(
                    phase.phase.rawValue, mebibytes(phase.arenaByteCount), mebibytes(phase.lowerBoundByteCount),
                    mebibytes(phase.residentByteCount), mebibytes(phase.streamedByteCount), mebibytes(phase.peakByteCount)))
        }
        print(
            "peak \(mebibytes(plan.predictedPeakByteCount)); in every phase: process \(mebibytes(plan.contextByteCount)), "
                + "kept \(mebibytes(plan.keptByteCount)), ring \(mebibytes(plan.ringByteCount))")
    }

    private func row(_ cells: String...) -> String {
        cells.enumerated().map { index, cell in
            let padding = String(repeating: " ", count: max(1, 11 - cell.count))
            return index == 0 ? cell + padding : padding + cell
        }.joined()
    }
}

/// A memory plan as `plan --json` and `--report` write it.
struct PlanReport: Encodable {
    let budgetBytes: Int
    let predictedPeakBytes: Int
    let offload: String
    let streamedBytesPerStep: Int
    let contextBytes, keptBytes, ringBytes: Int
    let phases: [PhaseReport]

    struct PhaseReport: Encodable {
        let name: String
        let arenaBytes, arenaLowerBoundBytes, residentBytes, streamedBytes, peakBytes: Int
    }

    init(_ plan: MemoryPlan) {
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
                residentBytes: $0.residentByteCount, streamedBytes: $0.streamedByteCount, peakBytes: $0.peakByteCount)
        }
    }
}
