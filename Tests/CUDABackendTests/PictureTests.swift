import CPUBackend
import CUDABackend
import Diffusion
import Memory
import Postcards
import Tensors
import Testing

extension SimulatedDeviceTests {
    /// The embedded model from prompt to pixels.
    struct PictureTests {
        private static let steps = 2

        private func draw(on backend: any Backend, _ policy: MemoryPolicy) async throws -> GeneratedImage {
            let engine = Engine(model: try Postcards.folder, computeType: .f32, policy: policy, on: backend)
            let folder = try await engine.folder()
            let request = GenerationRequest(
                prompt: "a red house in the mountains", width: 64, height: 64, steps: Self.steps, seed: 7,
                maximumSequenceLength: folder.defaultSequenceLength)
            for try await event in engine.generate(request) {
                if case .finished(let image) = event { return image }
            }
            throw CancellationError()
        }

        @Test func `a picture drawn on the simulated device is the processor's, under any budget`() async throws {
            let reference = try await draw(on: CPUBackend(), .unplanned)
            var latents: [[Float]] = []
            for offload in [Offload.none, .sequential] {
                do {
                    let card = try SimulatedCard(seed: 3, delay: 20)
                    let image = try await draw(on: card.backend, .budget(byteCount: 1 << 30, offload: offload))
                    latents.append(image.latents)
                    let distance = zip(image.latents, reference.latents).map { abs($0 - $1) }.max() ?? .infinity
                    #expect(distance < 2e-3)
                    #expect(SimulatedCard.violations.isEmpty, "\(SimulatedCard.violations)")
                }
                #expect(SimulatedCard.leaks.isEmpty, "\(SimulatedCard.leaks)")
            }
            #expect(latents[0] == latents[1])
        }
    }
}
