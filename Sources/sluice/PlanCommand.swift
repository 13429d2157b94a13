import ArgumentParser
import Diffusion
import FoundationEssentials
import Memory

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Says what a picture would hold in memory, phase by phase, before anything runs.")

    @OptionGroup var engine: EngineOptions
    @OptionGroup var memory: MemoryOptions
    @Option(help: "Plan a published model whose files need not be here: flux.1-dev or flux.1-schnell.") var like: PublishedModel?
    @Option(
        help: ArgumentHelp(
            "Plan for another device, and predict a step's time: \(DeviceProfile.names), or a JSON file.", valueName: "NAME|FILE"))
    var profile: String?
    @Flag(help: "A table over budgets in place of one plan.") var sweep = false
    @Option(parsing: .unconditional, help: "Pixels; a multiple of 16. What the model was trained for if absent.") var width: Int?
    @Option(parsing: .unconditional, help: "Pixels; a multiple of 16. What the model was trained for if absent.") var height: Int?
    @Option(parsing: .unconditional, help: "Denoising steps, whose modulation is held.") var steps: Int?
    @Option(parsing: .unconditional, help: "Text tokens the T5 encoder sees, at most 512.") var maxSequenceLength: Int?
    @Flag(help: "One JSON object in place of a table.") var json = false

    /// Bytes of cards and parts of cards that people have, as they are sold.
    private static let sweptBudgets = [22.3, 16, 12, 8, 6, 4, 2].map { Int($0 * 1e9) }

    func run() throws {
        let profile = try profile.map { try DeviceProfile(option: $0) }
        let planner = try engine.makePlanner(like: like, on: profile)
        let sizes = planner.configurations
        let request = GenerationRequest(
            prompt: "", width: width ?? sizes.defaultSide, height: height ?? sizes.defaultSide, steps: steps ?? sizes.defaultSteps,
            maximumSequenceLength: maxSequenceLength ?? planner.defaultSequenceLength, decoding: memory.decoding)
        let budget = try budgetByteCount(profile, planner)
        let table = PlanTable(request: request, profile: profile)
        if sweep {
            let budgets = [budget] + Self.sweptBudgets.filter { $0 < budget }
            let plans = try planner.planned(request, budgetByteCounts: budgets, offload: memory.offload)
            try print(json ? JSONFile.text(SweepReport(request, budgets, plans, on: profile)) : table.text(budgets, plans))
        } else {
            let plan = try planner.planned(request, budgetByteCount: budget, offload: memory.offload)
            try print(json ? JSONFile.text(PlanReport(plan.plan, tiling: plan.tiling, on: profile)) : table.text(plan))
        }
    }

    private func budgetByteCount(_ profile: DeviceProfile?, _ planner: RunPlanner) throws -> Int {
        guard let profile else { return try memory.budgetByteCount(on: planner.device) }
        guard let asked = memory.memory?.value else { return profile.defaultBudgetByteCount }
        if asked > profile.memoryBytes {
            throw OptionError.invalid(
                option: "--memory", value: "\(asked) bytes", expected: "at most the \(profile.memoryBytes) bytes of \(profile.name)")
        }
        return asked
    }
}

extension DeviceProfile {
    fileprivate static var names: String { builtIn.map(\.name).joined(separator: ", ") }

    /// A profile by its name, or the file at this path.
    fileprivate init(option: String) throws {
        if let known = Self.builtIn.first(where: { $0.name == option }) {
            self = known
            return
        }
        guard let data = try? Data(contentsOf: URL(filePath: option)) else {
            throw OptionError.invalid(option: "--profile", value: option, expected: "a readable file or one of \(Self.names)")
        }
        try self.init(json: data, of: option)
    }
}
