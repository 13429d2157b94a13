import ArgumentParser
import Diffusion
import FluxModels
import Gallery
import Memory
import SystemPackage
import Tensors

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Draws a picture from a prompt and prints the file's name.")

    @Argument(help: "What to draw.") var prompt: String
    @OptionGroup var engine: EngineOptions
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var outputs: OutputOptions

    @Option(parsing: .unconditional, help: "Pixels; a multiple of 16. What the model was trained for if absent.") var width: Int?
    @Option(parsing: .unconditional, help: "Pixels; a multiple of 16. What the model was trained for if absent.") var height: Int?
    @Option(parsing: .unconditional, help: "Denoising steps. 20 if absent, 4 for models without guidance (schnell).") var steps: Int?
    @Option(parsing: .unconditional, help: "Strength of the distilled guidance.") var guidance: Float = 3.5
    @Option(parsing: .unconditional, help: "Seed of the noise; a random one if absent.") var seed: UInt64?
    @Option(parsing: .unconditional, help: "Pictures to draw, with consecutive seeds.") var count = 1
    @Option(parsing: .unconditional, help: "Text tokens the T5 encoder sees, at most 512. The tokenizer's own limit if absent.")
    var maxSequenceLength: Int?
    @Option(help: ArgumentHelp("Start from these latents instead of noise.", valueName: "F.safetensors")) var initialLatents: String?
    @OptionGroup var prompts: PromptOptions
    @Flag(help: "No progress on standard error.") var quiet = false

    func run() async throws {
        let seed = seed ?? UInt64(UInt32.random(in: 0...UInt32.max))
        try check(seed)
        let files = try outputs.files(seed: seed, count: count)
        for files in files { try files.checkWritable() }
        let engine = try engine.makeEngine(
            memory, promptStore: try prompts.store, isQuiet: quiet)
        let base = try await request(engine, seed: seed)
        let interruption = Interruption()
        for (index, files) in files.enumerated() {
            var request = base
            request.seed = seed + UInt64(index)
            let progress = ProgressLine(
                isQuiet: quiet, memory: engine.ledger, picture: (index + 1, count), steps: base.steps)
            let run = PictureRun(engine: engine, request: request, files: files, progress: progress)
            try await interruption.cancelling { try await run.draw() }
            print(files.picture)
        }
    }

    private func check(_ seed: UInt64) throws {
        if !(1...10_000).contains(count) { throw OptionError.invalid(option: "--count", value: "\(count)", expected: "1 to 10000") }
        if seed > UInt64.max - UInt64(count - 1) {
            throw OptionError.invalid(option: "--seed", value: "\(seed)", expected: "room for \(count) consecutive seeds")
        }
        if initialLatents != nil, count > 1 {
            throw OptionError.conflict("--initial-latents", with: "--count \(count)", reason: "every picture would be the same")
        }
    }

    private func request(_ engine: Engine, seed: UInt64) async throws -> GenerationRequest {
        let folder = try await engine.folder()
        let latents = try initialLatents.map { path in
            let layout = folder.latentLayout(width: width ?? folder.defaultSide, height: height ?? folder.defaultSide)
            return try LatentFile.read(FilePath(path), layout)
        }
        let request = GenerationRequest(
            prompt: prompt, width: width ?? folder.defaultSide, height: height ?? folder.defaultSide, steps: steps ?? folder.defaultSteps,
            guidance: guidance, seed: seed, maximumSequenceLength: maxSequenceLength ?? folder.defaultSequenceLength,
            initialLatents: latents, decoding: memory.decoding)
        try request.validate(sideMultiple: folder.sideMultiple)
        return request
    }
}
