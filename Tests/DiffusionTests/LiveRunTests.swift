import CPUBackend
import GoldenData
import Memory
import Testing

@testable import Diffusion

@Suite struct LiveRunTests {
    private let golden: GoldenCase
    private let request: GenerationRequest

    init() throws {
        golden = try #require(GoldenCase.all.first { $0.name == "heads1x64-bf16-variant" })
        var request = golden.request
        request.steps = 1
        self.request = request
    }

    private func engine() -> Engine {
        Engine(model: golden.model, policy: .budget(byteCount: 1 << 30, offload: .sequential), on: CPUBackend())
    }

    @Test func whatARunHoldsIsToldWhileItGoesOnAndNotAfter() async throws {
        let engine = engine()
        #expect(engine.liveRun == nil)
        var seen: [LiveRun] = []
        for try await event in engine.generate(request) {
            if case .position = event, let live = engine.liveRun { seen.append(live) }
        }
        #expect(engine.liveRun == nil)
        for live in seen {
            #expect(live.plan.budgetByteCount == 1 << 30 && live.arenaHeldByteCount >= 0)
            #expect(live.traffic.streamedByteCount <= live.plan.phases.reduce(0) { $0 + $1.streamedByteCount })
        }
    }

    @Test func releasedMemoryIsGivenBackAndTheNextPictureIsTheSame() async throws {
        let engine = engine()
        let first = try await draw(engine)
        await engine.releaseMemory()
        let held = engine.ledger.reading.byteCounts.filter { $0.key != .context && $0.value > 0 }
        #expect(held.isEmpty)
        #expect(try await draw(engine) == first)
    }

    @Test func theOutlookOfTheLastStepIsTheResult() async throws {
        var outlook: [Float]?
        var result: [Float]?
        for try await event in engine().generate(request, tellsOutlook: true) {
            switch event {
            case .outlook(step: 0, let latents, let layout):
                outlook = latents
                #expect(latents.count == layout.count)
            case .finished(let image): result = image.latents
            default: break
            }
        }
        #expect(outlook != nil && outlook == result)
    }

    @Test func nobodyIsToldTheOutlookUnasked() async throws {
        for try await event in engine().generate(request) {
            if case .outlook = event { Issue.record("an outlook") }
        }
    }

    private func draw(_ engine: Engine) async throws -> [UInt8]? {
        for try await event in engine.generate(request) { if case .finished(let image) = event { return image.pixels } }
        return nil
    }
}
