import CPUBackend
import FoundationEssentials
import GoldenData
import Memory
import SystemPackage
import Tensors
import Testing

@testable import Diffusion

/// What an engine promises about memory, on a tiny model with budgets scaled to it.
@Suite struct MemoryContractTests {
    private let golden: GoldenCase
    private let request: GenerationRequest

    init() throws {
        golden = try #require(GoldenCase.all.first { $0.name == "heads2x16-f32" })
        request = golden.request
    }

    private func engine(_ policy: MemoryPolicy = .unplanned, model: FilePath? = nil, type: ElementType = .f32) -> Engine {
        Engine(model: model ?? golden.model, computeType: type, policy: policy, on: CPUBackend())
    }

    private func draw(_ request: GenerationRequest, _ engine: Engine) async throws -> GeneratedImage {
        for try await event in engine.generate(request) {
            if case .finished(let image) = event { return image }
        }
        throw CancellationError()
    }

    /// The smallest budget that a mode works with, as its refusal says.
    private func smallestBudget(_ offload: Offload) async throws -> Int {
        do {
            _ = try await engine().plan(request, budgetByteCount: 1, offload: offload)
            throw CancellationError()
        } catch let refusal as BudgetRefusal { return refusal.smallestByteCount }
    }

    @Test("Latents are the same bits for every mode and budget, in f32 and bf16", arguments: [ElementType.f32, .bf16])
    func sameBits(_ type: ElementType) async throws {
        let expected = try await draw(request, engine(type: type)).latents
        let seed = UInt64.random(in: 0 ... .max)
        for offload in Offload.allCases {
            let smallest = try await smallestBudget(offload)
            // The process grows a little while tests run beside this one.
            for extra in [32 << 20, 40 << 20 + Int(seed % (64 << 20))] {
                let image = try await draw(request, engine(.budget(byteCount: smallest + extra, offload: offload), type: type))
                #expect(image.latents == expected, "\(offload), \(extra) bytes above the smallest, seed \(seed)")
                let plan = try #require(image.plan)
                #expect(image.peakByteCount <= plan.predictedPeakByteCount && plan.predictedPeakByteCount <= plan.budgetByteCount)
                // Nothing was taken that was not planned.
                #expect(image.traffic?.streamedByteCount ?? 0 > 0 || plan.ringByteCount == 0)
            }
        }
    }

    @Test("A budget below the smallest is refused before anything runs, and the smallest is enough")
    func refusal() async throws {
        let engine = engine()
        let needs = try await engine.needs(of: request)
        for offload in Offload.allCases {
            let planner = MemoryPlanner(needs: needs, contextByteCount: 100 << 20, offload: offload)
            let refusal = #expect(throws: BudgetRefusal.self) { try planner.plan(budgetByteCount: 1) }
            let smallest = try #require(refusal?.smallestByteCount)
            #expect(try planner.plan(budgetByteCount: smallest).predictedPeakByteCount <= smallest)
            #expect(throws: BudgetRefusal.self) { try planner.plan(budgetByteCount: smallest - 1) }
        }
    }

    @Test("A hundred pictures of mixed sizes all succeed, and the same size maps the same bytes early and late")
    func flat() async throws {
        let engine = engine(.budget(byteCount: MemoryPolicy.defaultBudgetByteCount, offload: .sequential))
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        var mapped: [Int] = []
        for picture in 0..<100 {
            var request = request
            if picture % 10 != 9 {
                request.width = 16 * Int.random(in: 1...6, using: &generator)
                request.height = 16 * Int.random(in: 1...6, using: &generator)
            }
            request.steps = 1
            _ = try await draw(request, engine)
            if picture % 10 == 9 { mapped.append(engine.ledger.reading.liveByteCount) }
        }
        #expect(Set(mapped).count == 1, "\(mapped), seed \(seed)")
    }

    @Test("After each of twenty cancelled runs the next picture is right")
    func cancelled() async throws {
        let expected = try await draw(request, engine()).latents
        let engine = engine(.budget(byteCount: MemoryPolicy.defaultBudgetByteCount, offload: .sequential))
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        for _ in 0..<20 {
            let last = Int.random(in: 1...60, using: &generator)
            let run = Task {
                var seen = 0
                for try await _ in engine.generate(request) {
                    seen += 1
                    if seen == last { return }
                }
            }
            try await run.value
            await engine.waitUntilIdle()
        }
        #expect(try await draw(request, engine).latents == expected, "seed \(seed)")
    }

    @Test("A file that ends in the middle of a stream is a clear error, everything is given back, and the next picture is right")
    func truncated() async throws {
        let copy = FilePath("/tmp/sluice-truncated-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(atPath: copy.string) }
        try FileManager.default.copyItem(atPath: golden.model.string, toPath: copy.string)
        let engine = engine(.budget(byteCount: MemoryPolicy.defaultBudgetByteCount, offload: .sequential), model: copy)
        let expected = try await draw(request, engine).latents

        let weights = copy.appending("transformer/diffusion_pytorch_model.safetensors")
        let whole = try Data(contentsOf: URL(filePath: weights.string))
        let file = try FileDescriptor.open(weights, .writeOnly)
        defer { try? file.close() }
        try file.resize(to: Int64(whole.count / 2))
        let error = await #expect(throws: StreamError.self) { _ = try await draw(request, engine) }
        #expect("\(try #require(error))".contains("diffusion_pytorch_model.safetensors"))
        await engine.waitUntilIdle()
        let held = engine.ledger.reading.byteCounts.filter { $0.key != .context && $0.value != 0 }
        #expect(held.isEmpty, "\(held)")

        try file.writeAll(toAbsoluteOffset: 0, whole)
        #expect(try await draw(request, engine).latents == expected)
    }
}
