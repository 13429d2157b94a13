import CPUBackend
import Diffusion
import Gallery
import Postcards

let engine = Engine(model: try Postcards.folder, on: CPUBackend())
let request = GenerationRequest(prompt: "a red house in the mountains at sunset", width: 128, height: 128, seed: 1)
for try await event in engine.generate(request) {
    if case .stepEnded(let step, let steps, let seconds) = event {
        print("step \(step + 1) of \(steps): \(seconds) s")
    } else if case .finished(let image) = event {
        let picture = try Picture(width: image.request.width, height: image.request.height, pixels: image.pixels)
        try PNGFile.write(picture, metadata: nil, to: "house.png")
    }
}
