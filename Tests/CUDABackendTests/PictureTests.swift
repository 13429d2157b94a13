import CPUBackend
import CUDABackend
import Diffusion
import Memory
import Postcards
import SimulatedDriver
import Tensors
import Testing

extension SimulatedDeviceTests {
    /// The embedded model from prompt to pixels.
    struct PictureTests {
        private static let steps = 2

        private func draw(on backend: any Backend, _ type: ElementType, _ policy: MemoryPolicy) async throws -> GeneratedImage {
            let engine = Engine(model: try Postcards.folder, computeType: type, policy: policy, on: backend)
            let folder = try await engine.folder()
            let request = GenerationRequest(
                prompt: "a red house in the mountains", width: 64, height: 64, steps: Self.steps, seed: 7,
                maximumSequenceLength: folder.defaultSequenceLength)
            for try await event in engine.generate(request) {
                if case .finished(let image) = event { return image }
            }
            throw CancellationError()
        }

        @Test(arguments: [ElementType.f32, .bf16])
        func `a picture drawn on the simulated device is the processor's, under any budget`(_ type: ElementType) async throws {
            let reference = try await draw(on: CPUBackend(), type, .unplanned)
            var latents: [[Float]] = []
            for offload in [Offload.none, .sequential] {
                do {
                    let card = try SimulatedCard(seed: 3, delay: 20)
                    let image = try await draw(on: card.backend, type, .budget(byteCount: 1 << 30, offload: offload))
                    latents.append(image.latents)
                    let distance = zip(image.latents, reference.latents).map { abs($0 - $1) }.max() ?? .infinity
                    // In bf16 each of two steps rounds a thousand times, and the two sum in different orders.
                    #expect(distance < (type == .f32 ? 2e-3 : 0.25))
                    #expect(SimulatedCard.violations.isEmpty, "\(SimulatedCard.violations)")
                }
                #expect(SimulatedCard.leaks.isEmpty, "\(SimulatedCard.leaks)")
            }
            #expect(latents[0] == latents[1])
        }

        @Test(arguments: [2, 30, 60])
        func `a kernel that fails in the middle of a picture ends it, and no operation is left on memory that goes`(count: Int) async throws
        {
            do {
                let card = try SimulatedCard(seed: 4, delay: 200)
                simulatedFail("cuLaunchKernel", count, 999)
                await #expect(throws: (any Error).self) {
                    try await draw(on: card.backend, .bf16, .budget(byteCount: 1 << 30, offload: .none))
                }
                #expect(SimulatedCard.violations.isEmpty, "\(SimulatedCard.violations)")
            }
            #expect(SimulatedCard.leaks.isEmpty, "\(SimulatedCard.leaks)")
        }
    }
}
