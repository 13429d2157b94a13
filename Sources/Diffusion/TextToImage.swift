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

    /// 8-bit RGB pixels, and the final latents `[16, height/8, width/8]`.
    func draw(_ prompt: PromptEncoding) throws -> (pixels: [UInt8], latents: [Float]) {
        let layout = model.configurations.latentLayout(width: request.width, height: request.height)
        let schedule = Schedule(model.configurations.scheduler, steps: request.steps, tokens: layout.tokens)
        let noise = try initialLatents(layout)
        let conditions = try run.phase(.modulation) { try self.conditions(prompt, layout, schedule) }
        let latents = try run.phase(.denoise) { try denoise(noise, layout, schedule, conditions) }
        return (try run.phase(.decode) { try decode(latents, layout) }, latents)
    }

    private func initialLatents(_ layout: LatentLayout) throws -> [Float] {
        guard let latents = request.initialLatents else { return Noise.normal(count: layout.count, seed: request.seed) }
        if latents.count != layout.count { throw RequestError.latentCount(found: latents.count, expected: layout.count) }
        if !latents.allSatisfy(\.isFinite) { throw RequestError.latentsNotFinite }
        return latents
    }

    private func conditions(_ prompt: PromptEncoding, _ layout: LatentLayout, _ schedule: Schedule) throws -> Conditions {
        let type = model.computeType
        let modulation = try model.transformer.modulation(
            timesteps: schedule.timesteps(in: type), guidance: Schedule.embeddedGuidance(request.guidance, in: type),
            pooled: prompt.pooled, pass)
        let context = try model.transformer.context(prompt.states, pass).copied(for: .conditioning, on: backend)
        let positions = RotaryPositions(textTokens: context.rows, rows: layout.tokenRows, columns: layout.tokenColumns)
        let rotary = try positions.table(axes: model.configurations.transformer.rotaryAxes, on: backend)
        return Conditions(context: context, rotary: rotary, modulation: modulation)
    }

    /// Follows the flow from noise (sigma 1) to latents (sigma 0) by Euler steps; latents stay f32.
    private func denoise(_ noise: [Float], _ layout: LatentLayout, _ schedule: Schedule, _ c: Conditions) throws -> [Float] {
        let latents = try backend.tensor(layout.packed(noise), [layout.tokens, 4 * layout.channels], .f32, for: .conditioning)
        try run.steps(schedule.steps) { step in
            let velocity = try model.transformer.velocity(
                latents.converted(to: model.computeType, on: backend), context: c.context, modulation: c.modulation, step: step,
                rotary: c.rotary, pass)
            try model.checkFinite(velocity, stage: "transformer (step \(step + 1))", pass)
            try latents.eulerStep(velocity: velocity, delta: schedule.sigmas[step + 1] - schedule.sigmas[step], on: backend)
        }
        return try layout.unpacked(backend.download(latents))
    }

    private func decode(_ latents: [Float], _ layout: LatentLayout) throws -> [UInt8] {
        let autoencoder = model.configurations.autoencoder
        let scaled = latents.map { $0 / autoencoder.scalingFactor + (autoencoder.shiftFactor ?? 0) }
        let input = try backend.tensor(layout.channelsLast(scaled), [layout.height, layout.width, layout.channels], model.computeType)
        let image = try model.decoder(input, pass)
        try model.checkFinite(image, stage: "vae", pass)
        return try backend.download(image).map { UInt8((min(max(0.5 * $0 + 0.5, 0), 1) * 255).rounded(.toNearestOrEven)) }
    }
}
