import FluxModels
import Memory
import Tensors

/// The main path: from an encoded prompt to pixels.
struct TextToImage {
    let model: FluxNetworks
    let request: GenerationRequest
    let run: Run
    private var pass: ForwardPass { run.pass }
    private var backend: any Backend { run.pass.backend }

    /// What every step of a run reads besides the latents.
    private struct Conditions {
        let context, rotary: Tensor
        let modulation: ModulationTable
    }

    private var layout: LatentLayout { model.configurations.latentLayout(width: request.width, height: request.height) }
    private var schedule: Schedule { Schedule(model.configurations.scheduler, steps: request.steps, tokens: layout.tokens) }

    /// 8-bit RGB pixels, and the final latents `[16, height/8, width/8]`.
    func draw(_ prompt: PromptEncoding) throws -> (pixels: [UInt8], latents: [Float]) {
        let layout = layout
        let noise = try initialLatents(layout)
        let conditions = try run.phase(.modulation) { try self.conditions(prompt) }
        let latents = try run.phase(.denoise) {
            let latents = try denoise(conditions) { try backend.upload(layout.packed(noise), to: $0) }
            return try layout.unpacked(backend.download(latents))
        }
        return (try run.phase(.decode) { try pixels(unscaled(latents)) }, latents)
    }

    /// Takes what `draw` takes of the device, in the same order, and no values: for engines that compute nothing.
    func rehearse(_ prompt: PromptEncoding) throws {
        let conditions = try run.phase(.modulation) { try self.conditions(prompt) }
        _ = try run.phase(.denoise) { try denoise(conditions) { _ in } }
        try run.phase(.decode) { try run.tiles(tiles.count) { _ in _ = try decode { _ in } } }
    }

    private func initialLatents(_ layout: LatentLayout) throws -> [Float] {
        guard let latents = request.initialLatents else { return Noise.normal(count: layout.count, seed: request.seed) }
        if latents.count != layout.count { throw RequestError.latentCount(found: latents.count, expected: layout.count) }
        if !latents.allSatisfy(\.isFinite) { throw RequestError.latentsNotFinite }
        return latents
    }

    private func conditions(_ prompt: PromptEncoding) throws -> Conditions {
        let type = model.computeType
        let modulation = try model.transformer.modulation(
            timesteps: schedule.timesteps(in: type), guidance: Schedule.embeddedGuidance(request.guidance, in: type),
            pooled: prompt.pooled, pass)
        let context = try model.transformer.context(prompt.states, pass).copied(for: .conditioning, on: backend)
        let positions = RotaryPositions(textTokens: context.rows, rows: layout.tokenRows, columns: layout.tokenColumns)
        let rotary = try positions.table(axes: model.configurations.transformer.rotaryAxes, on: backend)
        return Conditions(context: context, rotary: rotary, modulation: modulation)
    }

    /// Follows the flow from noise (sigma 1) to latents (sigma 0) by Euler steps; latents `[tokens, 64]` stay f32.
    /// - Parameter upload: Writes the noise.
    private func denoise(_ c: Conditions, upload: (Tensor) throws -> Void) throws -> Tensor {
        let schedule = schedule
        let latents = try backend.empty([layout.tokens, 4 * layout.channels], .f32, for: .conditioning)
        try upload(latents)
        try run.steps(schedule.steps) { step in
            let before = run.observer.looksAtLatents() ? try backend.download(latents) : nil
            let velocity = try model.transformer.velocity(
                latents.converted(to: model.computeType, on: backend), context: c.context, modulation: c.modulation, step: step,
                rotary: c.rotary, pass)
            try model.checkFinite(velocity, stage: "transformer (step \(step + 1))", pass)
            try latents.eulerStep(velocity: velocity, delta: schedule.sigmas[step + 1] - schedule.sigmas[step], on: backend)
            if let before { run.observer.outlook(outlook(before, try backend.download(latents), after: step), layout, step: step) }
        }
        return latents
    }

    /// On the straight line through the latents before and after a step, x₀ = x − σ·(x − x₋)/(σ − σ₋), unpacked.
    ///
    /// The velocity is taken from the latents, which are f32: to download it, some devices would need memory that no plan has.
    private func outlook(_ before: [Float], _ after: [Float], after step: Int) -> [Float] {
        let (sigma, next) = (schedule.sigmas[step], schedule.sigmas[step + 1])
        let share = next / (next - sigma)
        return layout.unpacked(zip(before, after).map { $1 - share * ($1 - $0) })
    }

    private var tiles: TileGrid { TileGrid(layout, scale: model.configurations.autoencoder.scale, request.tiling) }

    /// 8-bit RGB from latents in the autoencoder's range.
    private func pixels(_ latents: [Float]) throws -> [UInt8] {
        let tiles = tiles
        var picture = PictureAssembly(tiles)
        try run.tiles(tiles.count) { tile in
            let image = try decode { input in
                let part = layout.channelsLast(
                    latents, rows: tiles.rows.latents(tiles.row(tile)), columns: tiles.columns.latents(tiles.column(tile)))
                try backend.upload(part, to: input)
            }
            // A few rows at a time, since the host's copy is in f32.
            let (height, width) = (image.shape[0], image.shape[1])
            for first in stride(from: 0, to: height, by: Self.rowsAtOnce) {
                let rows = image.rows(first * width..<min(height, first + Self.rowsAtOnce) * width)
                picture.add(try backend.download(rows), ofTile: tile, from: first)
            }
        }
        return picture.pixels
    }

    private static let rowsAtOnce = 64

    /// One tile of the picture, `[height, width, 3]`; a picture as a whole is one.
    /// - Parameter upload: Writes the latents in the autoencoder's range, channels last.
    private func decode(upload: (Tensor) throws -> Void) throws -> Tensor {
        let input = try backend.empty([tiles.rows.tile, tiles.columns.tile, layout.channels], model.computeType)
        try upload(input)
        let image = try model.decoder(input, pass)
        try model.checkFinite(image, stage: "vae", pass)
        return image
    }

    private func unscaled(_ latents: [Float]) -> [Float] {
        let autoencoder = model.configurations.autoencoder
        return latents.map { $0 / autoencoder.scalingFactor + (autoencoder.shiftFactor ?? 0) }
    }
}
