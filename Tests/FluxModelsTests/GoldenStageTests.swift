import CPUBackend
import Diffusion
import GoldenData
import Memory
import ReferenceBackend
import Tensors
import Testing
import Weights

@testable import Diffusion
@testable import FluxModels

/// Each stage against the published pipeline, fed with that pipeline's own inputs, so that a failure names its stage.
///
/// Tolerances are relative distances in f32: the published code and an independent implementation differ by 3e-7 to 1.1e-6 over whole
/// models, because sums are taken in another order; ten times that still catches every wrong term.
@Suite struct GoldenStageTests {
    /// Named, so that a test's arguments are printed by what they are.
    enum Engine: CaseIterable { case reference, cpu }
    static let tolerance = 1e-5

    private func backend(_ engine: Engine) -> any Backend {
        switch engine {
        case .reference: ReferenceBackend()
        case .cpu: CPUBackend()
        }
    }

    private func pass(_ backend: any Backend) -> ForwardPass { ForwardPass(on: backend) }

    @Test("CLIP gives the published hidden states and pooled text", arguments: GoldenCase.all, Engine.allCases)
    func clip(_ golden: GoldenCase, _ engine: Engine) throws {
        let backend = backend(engine)
        let model = try golden.load(on: backend)
        let hidden = try model.clip(golden.facts.clipIds, pass(backend))
        expectClose(try backend.download(hidden), try golden.tensor("clip.hidden"), within: Self.tolerance, "hidden")
        let pooled = model.clip.pooled(hidden, ids: golden.facts.clipIds)
        expectClose(try backend.download(pooled), try golden.tensor("clip.pooled"), within: Self.tolerance, "pooled")
    }

    @Test("T5 gives the published token states, padding included", arguments: GoldenCase.all, Engine.allCases)
    func t5(_ golden: GoldenCase, _ engine: Engine) throws {
        let backend = backend(engine)
        let model = try golden.load(on: backend)
        let hidden = try model.t5(golden.facts.t5Ids, pass(backend))
        expectClose(try backend.download(hidden), try golden.tensor("t5.hidden"), within: Self.tolerance, "hidden")
    }

    @Test("Sinusoids equal the published ones", arguments: GoldenCase.all)
    func sinusoid(_ golden: GoldenCase) throws {
        let values = try golden.tensor("time.value")
        expectClose(values.flatMap(Conditioning.sinusoid), try golden.tensor("time.sinusoid"), within: Self.tolerance, "time")
    }

    @Test("Every modulation of every step equals the published one", arguments: GoldenCase.all, Engine.allCases)
    func modulation(_ golden: GoldenCase, _ engine: Engine) throws {
        let backend = backend(engine)
        let table = try golden.modulation(golden.load(on: backend), on: backend)
        for (key, rows) in [
            ("mod.double0.image", table.image[0]), ("mod.double0.text", table.text[0]), ("mod.single0", table.single[0]),
            ("mod.final", table.final),
        ] {
            expectClose(try backend.download(rows), try golden.tensor(key), within: Self.tolerance, key)
        }
    }

    @Test("Rotary tables equal the published ones", arguments: GoldenCase.all)
    func rotary(_ golden: GoldenCase) throws {
        let backend = ReferenceBackend()
        let values = try backend.download(golden.rotary(golden.load(on: backend), on: backend))
        let pairs = stride(from: 0, to: values.count, by: 2)
        expectClose(pairs.map { values[$0] }, try golden.tensor("rope.cos"), within: 1e-6, "cos")
        let sine = try golden.tensor("rope.sin")
        #expect(zip(pairs.map { values[$0 + 1] }, sine).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("A double-stream block updates both streams as published", arguments: GoldenCase.all, Engine.allCases)
    func doubleStream(_ golden: GoldenCase, _ engine: Engine) throws {
        let backend = backend(engine)
        let model = try golden.load(on: backend)
        let c = model.folder.transformer
        let textCount = golden.facts.request.maxSequenceLength
        let input = try golden.tensor("double0.encoder.in") + golden.tensor("double0.hidden.in")
        let hidden = JointTokens(try backend.tensor(input, [input.count / c.width, c.width], .f32), textCount: textCount)
        let table = try golden.modulation(model, on: backend)
        let rotary = JointTokens(try golden.rotary(model, on: backend), textCount: textCount)
        try DoubleStreamBlock(configuration: c, index: 0, weights: model.transformer.weights)(
            hidden, image: table.image(0, step: 0), text: table.text(0, step: 0), rotary: rotary, pass(backend), enter: { _ in })
        let expected = try golden.tensor("double0.encoder.out") + golden.tensor("double0.hidden.out")
        expectClose(try backend.download(hidden.all), expected, within: Self.tolerance, "streams")
    }

    @Test("A single-stream block gives the published tokens", arguments: GoldenCase.all, Engine.allCases)
    func singleStream(_ golden: GoldenCase, _ engine: Engine) throws {
        let backend = backend(engine)
        let model = try golden.load(on: backend)
        let c = model.folder.transformer
        let input = try golden.tensor("single0.in")
        let hidden = try backend.tensor(input, [input.count / c.width, c.width], .f32)
        let modulation = try golden.modulation(model, on: backend).single(0, step: 0)
        let rotary = try golden.rotary(model, on: backend)
        try SingleStreamBlock(configuration: c, index: 0, weights: model.transformer.weights)(
            hidden, modulation, rotary: rotary, pass(backend), enter: { _ in })
        expectClose(try backend.download(hidden), try golden.tensor("single0.out"), within: Self.tolerance, "tokens")
    }

    @Test("A whole forward gives the published velocity", arguments: GoldenCase.all, Engine.allCases)
    func velocity(_ golden: GoldenCase, _ engine: Engine) throws {
        let backend = backend(engine)
        let model = try golden.load(on: backend)
        let states = try golden.tensor("t5.hidden")
        let width = model.folder.t5.dModel
        let context = try model.transformer.context(backend.tensor(states, [states.count / width, width], .f32), pass(backend))
        let noise = try golden.tensor("noise.packed")
        let velocity = try model.transformer.velocity(
            backend.tensor(noise, [noise.count / 64, 64], .f32), context: context, modulation: golden.modulation(model, on: backend),
            step: 0,
            rotary: golden.rotary(model, on: backend), pass(backend))
        expectClose(try backend.download(velocity), try golden.tensor("velocity.step0"), within: Self.tolerance, "velocity")
    }

    @Test("The decoder gives the published picture", arguments: GoldenCase.all, Engine.allCases)
    func decoder(_ golden: GoldenCase, _ engine: Engine) throws {
        let backend = backend(engine)
        let model = try golden.load(on: backend)
        let layout = model.folder.latentLayout(width: golden.facts.request.width, height: golden.facts.request.height)
        let latents = layout.whole(try golden.tensor("vae.latents"))
        let image = try model.decoder(
            backend.tensor(latents, [layout.height, layout.width, layout.channels], .f32), pass(backend))
        // The published tensor is [3, height, width].
        let planes = LatentLayout(channels: 3, height: golden.facts.request.height, width: golden.facts.request.width)
        expectClose(
            try backend.download(image), planes.whole(try golden.tensor("vae.image")), within: Self.tolerance, "image")
    }
}

extension LatentLayout {
    fileprivate func whole(_ values: [Float]) -> [Float] { channelsLast(values, rows: 0..<height, columns: 0..<width) }
}

extension GoldenCase {
    func load(on backend: any Backend, computeType: ElementType = .f32) throws -> FluxModel {
        try FluxModel(model, computeType: computeType, retainedByteCount: .max, on: backend)
    }

    /// The table that the golden run's own timesteps, guidance and pooled text give.
    func modulation(_ model: FluxModel, on backend: any Backend) throws -> ModulationTable {
        let pooled = try tensor("clip.pooled")
        return try model.transformer.modulation(
            timesteps: tensor("time.value"), guidance: Schedule.embeddedGuidance(facts.request.guidance, in: .f32),
            pooled: backend.tensor(pooled, [1, pooled.count], .f32), ForwardPass(on: backend))
    }

    func rotary(_ model: FluxModel, on backend: any Backend) throws -> Tensor {
        let layout = model.folder.latentLayout(width: facts.request.width, height: facts.request.height)
        return try RotaryPositions(
            textTokens: facts.request.maxSequenceLength, rows: layout.tokenRows, columns: layout.tokenColumns
        ).table(axes: model.folder.transformer.rotaryAxes, on: backend)
    }
}
