import Diffusion
import Gallery
import SystemPackage
import Tensors

/// Draws one picture and leaves its files.
struct PictureRun: Sendable {
    let engine: Engine
    let request: GenerationRequest
    let files: OutputFiles
    let progress: ProgressLine

    func draw() async throws {
        defer { progress.clear() }
        for try await event in engine.generate(request) {
            progress.show(event)
            if case .finished(let image) = event { try save(image) }
        }
        // A cancelled stream ends at once and without an error, and the process must not end under the engine's feet.
        if Task.isCancelled {
            await engine.waitUntilIdle()
            throw CancellationError()
        }
    }

    /// The picture last: where it is, everything else is.
    private func save(_ image: GeneratedImage) throws {
        if let file = files.latents { try LatentFile.write(image.latents, image.latentLayout, to: file) }
        if let file = files.trace { try JSONFile.write(ChromeTrace(image), to: file) }
        if let file = files.report { try JSONFile.write(Report(image, engine: engine, picture: files.picture), to: file) }
        let picture = try Picture(width: request.width, height: request.height, pixels: image.pixels)
        try PNGFile.write(picture, metadata: metadata(image), to: files.picture)
    }

    private func metadata(_ image: GeneratedImage) -> PictureMetadata {
        PictureMetadata(
            prompt: request.prompt, width: request.width, height: request.height, steps: request.steps,
            guidance: Double(request.guidance), seed: request.seed, model: engine.modelFolder.lastComponent?.string ?? "",
            dtype: engine.computeType.rawValue, maximumSequenceLength: request.maximumSequenceLength,
            vaeTiling: image.tiling.map { VAETiling($0) }, version: "sluice \(Sluice.version)")
    }
}
