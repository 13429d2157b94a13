import FluxModels
import Foundation
import Memory
import SystemPackage
import Tensors
import Testing
import Weights

@testable import Diffusion
@testable import sluice

/// Plans of the published models without their files.
@Suite struct PublishedPlanTests {
    private let profile = DeviceProfile.builtIn[1]

    private func planner(_ model: PublishedModel, on device: DeviceProfile? = nil) throws -> RunPlanner {
        RunPlanner(
            onPaper: try sizes(model), computeType: .bf16, contextByteCount: profile.contextBytes, profile: device,
            on: NullBackend(workspaceByteCount: profile.workspaceBytes))
    }

    private func sizes(_ model: PublishedModel) throws -> FluxConfigurations {
        let files = model.configurations(doubleBlocks: 19, singleBlocks: 38, tinyT5: false)
        return try FluxConfigurations(files, of: FilePath(model.rawValue))
    }

    private func request(_ side: Int) -> GenerationRequest { GenerationRequest(prompt: "", width: side, height: side) }

    @Test("On paper the published models have the bytes that their index files state")
    func publishedSizes() throws {
        let recorder = RunRecorder(for: NullBackend())
        func byteCount(_ component: FluxComponent, _ model: PublishedModel) throws -> Int {
            try WeightStore(
                onPaper: component.folder, units: component.units(sizes(model)), storedType: .bf16, computeType: .bf16,
                from: recorder, on: recorder.backend
            ).byteCount
        }
        #expect(try byteCount(.transformer, .fluxDev) == 23_802_816_640)
        // Two layers embed the guidance, from 256 values.
        let guidance = 2 * (256 * 3072 + 3072 + 3072 * 3072 + 3072)
        #expect(try byteCount(.transformer, .fluxSchnell) == 23_802_816_640 - guidance)
        #expect(try byteCount(.t5, .fluxDev) == 9_524_621_312)
    }

    /// By hand from the sizes of the blocks: in either kind 12·3072² weights see each of S tokens, and attention takes 4·S²·3072;
    /// at both ends 64·3072 weights see each token of the picture.
    @Test("A step's operations are those of its blocks", arguments: [512, 1024])
    func operations(_ side: Int) throws {
        let (image, width) = (side * side / 256, 3072)
        let tokens = 512 + image
        let blocks = 57 * (2 * tokens * 12 * width * width + 4 * tokens * tokens * width)
        let plan = try planner(.fluxDev).plan(request(side), budgetByteCount: 24 << 30, offload: .auto)
        #expect(plan.phase(.denoise)?.floatingPointOperations == blocks + 2 * image * 64 * width * 2)
    }

    @Test("A step's operations are counted lease by lease: attention's tokens meet in the part that projects them")
    func operationsByLease() throws {
        let (image, text, width) = (1024, 512, 3072)
        let tokens = text + image
        let needs = try planner(.fluxDev).needs(of: request(512))
        let step = try #require(needs.phases.first { $0.phase == .denoise })
        let work = Dictionary(uniqueKeysWithValues: zip(step.units.map(\.name), step.work.byLease))
        let attention = 4 * tokens * tokens * width
        #expect(work["double.7.attention"] == 8 * tokens * width * width + attention)
        #expect(work["double.7.image"] == 16 * image * width * width)
        #expect(work["double.7.text"] == 16 * text * width * width)
        #expect(work["single.7.in"] == 14 * tokens * width * width + attention)
        #expect(work["single.7.out"] == 10 * tokens * width * width)
        for phase in needs.phases { #expect(phase.work.byLease.reduce(0, +) == phase.work.total && phase.work.total > 0) }
    }

    @Test("A step's time is the largest of its terms, and the term is named")
    func stepTime() throws {
        let planner = try planner(.fluxDev)
        let wide = try planner.plan(request(512), budgetByteCount: profile.defaultBudgetByteCount, offload: .auto)
        let computed = wide.stepTime(on: profile)
        #expect(computed.bound == .compute && computed.linkSeconds == 0)
        let tight = try planner.plan(request(512), budgetByteCount: 8_000_000_000, offload: .auto)
        let linked = tight.stepTime(on: profile)
        #expect(linked.bound == .link && linked.computeSeconds == computed.computeSeconds)
        #expect(linked.seconds == Double(tight.streamedBytesPerStep) / 25e9)
        let shared = DeviceProfile(
            name: "shared", memoryBytes: 8 << 30, linkBytesPerSecond: nil, diskBytesPerSecond: 2e9,
            floatingPointOperationsPerSecond: profile.floatingPointOperationsPerSecond, contextBytes: 0, workspaceBytes: 0)
        let read = tight.stepTime(on: shared)
        #expect(read.bound == .disk && read.seconds == Double(tight.streamedBytesPerStep) / 2e9)
    }

    @Test("The ring shrinks to one lease where room is short, is the decoder's own in its phase, and goes while all of a step stays")
    func ring() throws {
        // Rounded up to whole pages: two matrices of T5's feed-forward part and a norm, and three times four of a double block's attention.
        let (lease, step) = (162 << 20, 434 << 20)
        for (planner, choosesBySimulation) in [(try planner(.fluxDev), false), (try planner(.fluxDev, on: profile), true)] {
            func ring(_ phase: Phase, _ budget: Int) throws -> Int {
                let plan = try planner.plan(request(256), budgetByteCount: budget, offload: .auto)
                return try #require(plan.phase(phase)).ringByteCount
            }
            let refusal = #expect(throws: BudgetRefusal.self) { try planner.plan(request(256), budgetByteCount: 1, offload: .auto) }
            let smallest = try #require(refusal?.smallestByteCount)
            #expect(try ring(.denoise, smallest) == lease)
            #expect(try ring(.denoise, 8_000_000_000) == step || choosesBySimulation)
            #expect(try (lease...2 * step).contains(ring(.denoise, 8_000_000_000)))
            #expect(try (1...lease / 2).contains(ring(.decode, smallest)))
            #expect(try ring(.modulation, 20_000_000_000) > 0 && ring(.denoise, 20_000_000_000) == 0)
        }
    }

    @Test("A larger budget never streams more, and a refused one names its smallest")
    func sweep() throws {
        let budgets = [2, 4, 6, 8, 12, 16, 22].map { $0 * 1_000_000_000 }
        let plans = try planner(.fluxDev).plans(request(1024), budgetByteCounts: budgets, offload: .auto)
        var last = Int.max
        for (budget, result) in zip(budgets, plans) {
            switch result {
            case .success(let plan):
                #expect(plan.predictedPeakByteCount <= budget)
                #expect(plan.streamedBytesPerStep <= last)
                last = plan.streamedBytesPerStep
            case .failure(let refusal): #expect(refusal.smallestByteCount > budget && last == .max)
            }
        }
        #expect(last == 0)
    }

    @Test("A refusal names the largest square that fits, a multiple of 64")
    func largestSide() throws {
        let planner = try planner(.fluxSchnell)
        let budget = 2_200_000_000
        let refusal = #expect(throws: BudgetRefusal.self) {
            try planner.plan(request(1024), budgetByteCount: budget, offload: .auto)
        }
        let side = try #require(refusal?.largestSide)
        #expect(side % 64 == 0)
        #expect("\(try #require(refusal))".contains("\(side)×\(side) fits this budget"))
        #expect(try planner.plan(request(side), budgetByteCount: budget, offload: .auto).predictedPeakByteCount <= budget)
        #expect(throws: BudgetRefusal.self) { try planner.plan(request(side + 64), budgetByteCount: budget, offload: .auto) }
        let hopeless = #expect(throws: BudgetRefusal.self) { try planner.plan(request(1024), budgetByteCount: 1, offload: .auto) }
        #expect(hopeless?.largestSide == nil)
    }

    @Test("The command plans a model that is not here for a card that is not here")
    func command() throws {
        let run = try SluiceProcess.run(["plan", "--like", "flux.1-dev", "--profile", "rtx4090d", "--sweep", "--json"])
        #expect(run.exitCode == 0, "\(run.errors)")
        let sweep = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let rows = try #require(sweep["budgets"] as? [[String: Any]])
        #expect(rows.map { $0["fits"] as? Bool } == [true, true, true, true, true, true, true, false])
        #expect(rows.dropLast().allSatisfy { ($0["step"] as? [String: Any])?["boundBy"] is String })
        #expect(rows.last?["smallestBudgetBytes"] as? Int ?? 0 > 2_000_000_000)
        let plan = try SluiceProcess.run(["plan", "--like", "flux.1-dev", "--profile", "rtx4090d", "--memory", "8GB", "--width", "512"])
        #expect(plan.output.contains(/step \d\.\d{3} s, bound by \w+ \(/))
        #expect(!(try SluiceProcess.run(["plan", "--like", "flux.1-dev"]).output.contains("step 0")))
    }

    @Test(
        "A plan that does not fit or does not make sense ends with the documented exit code",
        arguments: [
            (["--like", "flux.1-dev", "--profile", "rtx3060", "--memory", "2.2GB"], Int32(4), "fits this budget"),
            (["--like", "flux.1-dev", "--model", "somewhere"], 2, "--like with --model"),
            (["--profile", "rtx4090", "--device", "cpu"], 2, "--device with --profile"),
            (["--profile", "rtx4090", "--dtype", "f32"], 2, "--dtype f32"),
            (["--profile", "rtx4090", "--memory", "30GB"], 2, "--memory"),
            (["--profile", "no-such-card"], 2, "--profile no-such-card"),
        ])
    func refusals(_ arguments: [String], _ exitCode: Int32, _ message: String) throws {
        let run = try SluiceProcess.run(["plan"] + arguments)
        #expect(run.exitCode == exitCode && run.failures.count == 1 && run.errors.contains(message), "\(run.errors)")
    }
}
