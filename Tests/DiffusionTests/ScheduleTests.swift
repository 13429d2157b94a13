import FluxModels
import FoundationEssentials
import GoldenData
import SystemPackage
import Tensors
import Testing

@testable import Diffusion

/// Against the published scheduler; every value is compared exactly.
@Suite struct ScheduleTests {
    struct Golden: Decodable {
        struct Run: Decodable {
            let width, height: Int?
            let steps: Int
            let shift: Double?
            let mu: Double?
            let sigmas, timeBf16, timeF32: [Float]
        }
        struct Guidance: Decodable { let guidance, bf16, f32: Float }
        let dynamic, `static`: [Run]
        let guidance: [Guidance]
    }

    let golden: Golden

    init() throws { golden = try GoldenCase.json(Golden.self, GoldenCase.root.appending("schedule.json")) }

    private func configuration(dynamic: Bool, shift: Double) throws -> SchedulerConfiguration {
        let file = FilePath("/tmp/sluice-schedule-\(UInt64.random(in: 0 ... .max)).json")
        defer { try? FileManager.default.removeItem(atPath: file.string) }
        let json = #"{"use_dynamic_shifting": \#(dynamic), "shift": \#(shift), "num_train_timesteps": 1000}"#
        try Data(json.utf8).write(to: URL(filePath: file.string))
        return try SchedulerConfiguration(file: file)
    }

    private func check(_ run: Golden.Run, _ configuration: SchedulerConfiguration) {
        let tokens = (run.width ?? 1024) / 16 * ((run.height ?? 1024) / 16)
        let schedule = Schedule(configuration, steps: run.steps, tokens: tokens)
        #expect(schedule.sigmas == run.sigmas, "\(tokens) tokens, \(run.steps) steps")
        #expect(schedule.timesteps(in: .bf16) == run.timeBf16)
        #expect(schedule.timesteps(in: .f32) == run.timeF32)
        if let mu = run.mu { #expect(Schedule.mu(configuration, tokens: tokens) == mu) }
    }

    @Test("Dynamic shifting gives the published noise levels and times at every size and step count")
    func dynamic() throws {
        #expect(golden.dynamic.count > 50)
        let configuration = try configuration(dynamic: true, shift: 3)
        for run in golden.dynamic { check(run, configuration) }
    }

    @Test("A fixed shift gives the published noise levels and times")
    func fixed() throws {
        #expect(!golden.static.isEmpty)
        for run in golden.static { check(run, try configuration(dynamic: false, shift: run.shift ?? 1)) }
    }

    @Test("Guidance goes through the published roundings")
    func guidance() {
        for value in golden.guidance {
            #expect(Schedule.embeddedGuidance(value.guidance, in: .bf16) == value.bf16)
            #expect(Schedule.embeddedGuidance(value.guidance, in: .f32) == value.f32)
        }
    }
}
