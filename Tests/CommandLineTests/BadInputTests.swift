import Foundation
import GoldenData
import SystemPackage
import Testing

/// Whatever is wrong, the user gets one readable error, the documented exit code, and no file.
@Suite struct BadInputTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test("A card that is not there ends with 5 and one line")
    func missingCard() throws {
        let run = try SluiceProcess.run(["generate", "a cat", "--device", "cuda:1000"], in: scratch.url)
        #expect(run.exitCode == 5 && run.failures.count == 1, "\(run.errors)")
        #expect(try scratch.contents.isEmpty)
    }

    @Test(
        "A request that cannot be drawn ends with 2 before anything runs",
        arguments: [
            (["--width", "0"], "width 0"), (["--width", "-16"], "width -16"), (["--height", "17"], "height 17"),
            (["--width", "1000000000"], "width 1000000000"), (["--width", "x"], "--width"), (["--steps", "0"], "steps 0"),
            (["--guidance", "nan"], "guidance nan"), (["--seed", "18446744073709551616"], "--seed"), (["--seed", "-1"], "--seed"),
            (["--count", "0"], "--count 0"), (["--max-sequence-length", "513"], "513"), (["--device", "tpu"], "--device tpu"),
            (["--device", "cuda:x"], "auto, cpu or cuda[:N]"), (["--dtype", "f8"], "--dtype f8"), (["--memory", "lots"], "--memory"),
            (["--offload", "sometimes"], "--offload"), (["--out", "picture.jpg"], "picture.jpg"),
            (["--out", "missing/x.png"], "missing/x.png"),
            (["--initial-latents", "missing.safetensors", "--count", "2"], "--count 2"), (["--frobnicate"], "--frobnicate"),
            (["--seed", "18446744073709551615", "--count", "2"], "consecutive"),
        ] as [([String], String)])
    func requests(_ arguments: [String], _ mention: String) throws {
        let run = try SluiceProcess.run(["generate", "a cat"] + arguments, in: scratch.url)
        #expect(run.exitCode == 2, "\(run.errors)")
        #expect(run.failures.count == 1 && run.errors.contains(mention), "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(try scratch.contents.isEmpty)
    }

    @Test("f16 is refused on the processor with what would work")
    func halfPrecision() throws {
        let run = try SluiceProcess.run(["generate", "a cat", "--dtype", "f16"], in: scratch.url)
        #expect(run.exitCode == 2 && run.errors.contains("--dtype f16: expected"), "\(run.errors)")
    }

    /// A copy of a golden model folder to be damaged.
    private func model() throws -> URL {
        let source = try #require(GoldenCase.all.first { $0.name == "heads2x16-f32" }).model.string
        let copy = scratch.url.appending(path: "model")
        try FileManager.default.copyItem(atPath: source, toPath: copy.path)
        return copy
    }

    private func draw(_ model: URL, prompt: String = "a cat") throws -> SluiceProcess {
        try SluiceProcess.run([
            "generate", prompt, "--model", model.path, "--width", "32", "--height", "32", "--steps", "1", "--dtype", "f32", "--out",
            scratch.path("x.png"),
        ])
    }

    private func expectUnusable(_ run: SluiceProcess, _ mentions: String...) {
        #expect(run.exitCode == 3, "\(run.errors)")
        #expect(run.failures.count == 1, "\(run.errors)")
        for mention in mentions { #expect(run.errors.contains(mention), "\(run.errors)") }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("x.png")))
    }

    @Test("A folder that is no model folder, or none at all, is said to be so")
    func noModel() throws {
        expectUnusable(try draw(scratch.url), "model_index.json")
        expectUnusable(try draw(scratch.url.appending(path: "nowhere")), "nowhere")
    }

    @Test("All problems of a folder are reported together")
    func allProblems() throws {
        let model = try model()
        try FileManager.default.removeItem(at: model.appending(path: "tokenizer/merges.txt"))
        try FileManager.default.removeItem(at: model.appending(path: "vae/config.json"))
        expectUnusable(try draw(model), "merges.txt", "vae/config.json")
    }

    @Test("Truncated weights name the file")
    func truncated() throws {
        let model = try model()
        let file = try FileHandle(forWritingTo: model.appending(path: "transformer/diffusion_pytorch_model.safetensors"))
        try file.truncate(atOffset: 100_000)
        expectUnusable(try draw(model), "transformer/diffusion_pytorch_model.safetensors", "truncated")
    }

    @Test(
        "Weights that are not numbers stop the run with the name of the stage",
        arguments: [
            ("text_encoder/model.safetensors", "text_encoder"), ("text_encoder_2/model.safetensors", "text_encoder_2"),
            ("transformer/diffusion_pytorch_model.safetensors", "transformer (step 1)"), ("vae/diffusion_pytorch_model.safetensors", "vae"),
        ])
    func notANumber(_ file: String, _ stage: String) throws {
        let model = try model()
        let url = model.appending(path: file)
        var bytes = try Data(contentsOf: url)
        let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        // Every tensor becomes NaN: f32 words of all ones.
        bytes.replaceSubrange((8 + header)..., with: Data(repeating: 0xff, count: bytes.count - 8 - header))
        try bytes.write(to: url)
        expectUnusable(try draw(model), "error: \(stage) gave numbers that are not finite")
    }

    @Test("A model of another kind is refused by name")
    func otherPipeline() throws {
        let model = try model()
        try Data(#"{"_class_name": "StableDiffusion3Pipeline"}"#.utf8).write(to: model.appending(path: "model_index.json"))
        expectUnusable(try draw(model), "StableDiffusion3Pipeline")
    }

    @Test("A full disk leaves nothing behind", .enabled(if: geteuid() == 0, "needs root to mount a small file system"))
    func fullDisk() throws {
        let disk = scratch.url.appending(path: "disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk.path, "tmpfs", 0, "size=4k") == 0)
        defer { umount(disk.path) }
        let run = try SluiceProcess.run([
            "generate", "a cat", "--width", "128", "--height", "128", "--steps", "1", "--out", disk.appending(path: "x.png").path,
        ])
        #expect(run.exitCode == 2 && run.errors.contains("No space left on device"), "\(run.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
    }
}
