import CPUBackend
import FluxModels
import FoundationEssentials
import GoldenData
import Memory
import Synchronization
import SystemPackage
import Tensors
import Testing
import Weights

@testable import Diffusion

/// A prompt that was encoded is not encoded again, and what comes back is what was encoded.
@Suite struct PromptLibraryTests {
    /// A store in memory that counts.
    private final class Shelf: PromptStore {
        let prompts = Mutex<[PromptKey: EncodedPrompt]>([:])

        func prompt(for key: PromptKey) -> EncodedPrompt? { prompts.withLock { $0[key] } }
        func keep(_ prompt: EncodedPrompt, for key: PromptKey) { prompts.withLock { $0[key] = prompt } }
    }

    private struct Broken: PromptStore {
        struct Fault: Error {}
        func prompt(for key: PromptKey) throws -> EncodedPrompt? { throw Fault() }
        func keep(_ prompt: EncodedPrompt, for key: PromptKey) throws { throw Fault() }
    }

    private struct Drawn {
        var image: GeneratedImage?
        var phases: [Phase] = []
        var sources: [PromptSource] = []
        var notices: [Notice] = []
    }

    private let golden: GoldenCase
    private let request: GenerationRequest

    init() throws {
        golden = try #require(GoldenCase.all.first { $0.name == "heads1x64-bf16-variant" })
        var request = golden.request
        request.steps = 1
        self.request = request
    }

    private func engine(
        _ store: (any PromptStore)? = nil, model: FilePath? = nil, type: ElementType = .bf16, budget: Bool = true
    ) -> Engine {
        let policy = MemoryPolicy.budget(byteCount: MemoryPolicy.defaultBudgetByteCount, offload: .sequential)
        return Engine(
            model: model ?? golden.model, computeType: type, policy: budget ? policy : .unplanned, promptStore: store, on: CPUBackend())
    }

    private func draw(_ request: GenerationRequest, _ engine: Engine) async throws -> Drawn {
        var drawn = Drawn()
        for try await event in engine.generate(request) {
            switch event {
            case .phaseBegan(let phase): drawn.phases.append(phase)
            case .promptFound(let source): drawn.sources.append(source)
            case .notice(let notice): drawn.notices.append(notice)
            case .finished(let image): drawn.image = image
            default: break
            }
        }
        return drawn
    }

    @Test("Pictures of prompts seen before, in any order, run neither text encoder and have the same bits", arguments: [true, false])
    func memory(_ budget: Bool) async throws {
        let engine = engine(budget: budget)
        var other = request
        other.prompt = "another prompt"
        let first = try await draw(request, engine)
        #expect(first.sources == [.encoded] && first.phases.contains(.t5) && first.phases.contains(.clip))
        #expect(try await draw(other, engine).sources == [.encoded])
        let again = try await draw(request, engine)
        #expect(again.sources == [.memory] && again.image?.promptSource == .memory)
        #expect(!again.phases.contains(.t5) && !again.phases.contains(.clip))
        #expect(again.image?.latents == first.image?.latents && again.image?.pixels == first.image?.pixels)
        var shorter = request
        shorter.maximumSequenceLength -= 1
        #expect(try await draw(shorter, engine).sources == [.encoded])
    }

    @Test("A second engine finds the prompt in the store, in each type, with the same bits", arguments: [ElementType.bf16, .f32])
    func store(_ type: ElementType) async throws {
        let shelf = Shelf()
        let first = try await draw(request, engine(shelf, type: type))
        #expect(first.sources == [.encoded])
        let second = try await draw(request, engine(shelf, type: type))
        #expect(second.sources == [.store] && !second.phases.contains(.t5))
        #expect(second.image?.latents == first.image?.latents)
        let told = (first.notices + second.notices).filter { if case .weightsConverted = $0 { false } else { true } }
        #expect(told.isEmpty)
        // The other type's encoding is another.
        #expect(try await draw(request, engine(shelf, type: type == .f32 ? .bf16 : .f32)).sources == [.encoded])
    }

    @Test("A store that fails costs time and is told, and the picture is right")
    func broken() async throws {
        let expected = try await draw(request, engine())
        let drawn = try await draw(request, engine(Broken()))
        #expect(drawn.image?.latents == expected.image?.latents)
        #expect(drawn.notices.count == 2)
        guard case .storedPromptIgnored = drawn.notices.first, case .promptNotStored = drawn.notices.last else {
            Issue.record("\(drawn.notices)")
            return
        }
    }

    @Test("Texts that only look alike are encoded apart")
    func looksAlike() {
        let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
        #expect(composed == decomposed)
        #expect(PromptText(composed, maximumSequenceLength: 8) != PromptText(decomposed, maximumSequenceLength: 8))
    }

    @Test("Encoders whose files changed are others, even with size and times of the change put back")
    func identity() throws {
        let copy = FilePath("/tmp/sluice-encoders-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(atPath: copy.string) }
        try FileManager.default.copyItem(atPath: golden.model.string, toPath: copy.string)
        let backend = CPUBackend()
        func identity(_ type: ElementType = .bf16) throws -> EncoderIdentity {
            try EncoderIdentity(FluxModel(copy, computeType: type, retainedByteCount: 0, on: backend), on: backend)
        }
        let first = try identity()
        #expect(try identity() == first)
        #expect(try identity(.f32) != first)
        let model = try FluxModel(copy, computeType: .bf16, retainedByteCount: 0, on: backend)
        let weights = try #require(model.stores[FluxComponent.t5.rawValue].files.first)
        for file in [weights, copy.appending("tokenizer_2/spiece.model"), copy.appending("text_encoder/config.json")] {
            guard FileManager.default.fileExists(atPath: file.string) else { continue }
            let before = try identity()
            let date = try FileManager.default.attributesOfItem(atPath: file.string)[.modificationDate]
            var bytes = try [UInt8](Data(contentsOf: URL(filePath: file.string)))
            let last = bytes.count - 1
            // White space for white space in JSON; any bit elsewhere.
            bytes[last] = bytes[last] == 10 ? 32 : bytes[last] ^ 1
            let descriptor = try FileDescriptor.open(file, .writeOnly)
            try descriptor.writeAll(toAbsoluteOffset: 0, bytes)
            try descriptor.close()
            try FileManager.default.setAttributes([.modificationDate: #require(date)], ofItemAtPath: file.string)
            #expect(try identity() != before, "\(file)")
        }
    }

    @Test("The cache keeps what was used last, within its bytes")
    func bounded() {
        func prompt(_ value: Float, _ count: Int) -> EncodedPrompt {
            EncodedPrompt(
                states: TensorValues(Array(repeating: value, count: count), shape: [count, 1], type: .f32),
                pooled: TensorValues([value], shape: [1, 1], type: .f32))
        }
        func text(_ index: Int) -> PromptText { PromptText("\(index)", maximumSequenceLength: 1) }
        var cache = PromptCache(byteLimit: 100)
        for index in 0..<3 { cache.keep(prompt(Float(index), 9), for: text(index)) }
        #expect(cache.byteCount == 80)
        #expect(cache.prompt(for: text(0)) == nil)
        #expect(cache.prompt(for: text(1)) == prompt(1, 9))
        cache.keep(prompt(3, 9), for: text(3))
        #expect(cache.prompt(for: text(2)) == nil && cache.prompt(for: text(1)) != nil && cache.prompt(for: text(3)) != nil)
        cache.keep(prompt(4, 100), for: text(4))
        #expect(cache.prompt(for: text(4)) == nil && cache.byteCount == 80)
    }
}
