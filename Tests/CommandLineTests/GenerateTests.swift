import Foundation
import Gallery
import GoldenData
import SystemPackage
import Testing

/// The built command with the embedded model, small and short.
@Suite struct GenerateTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func generate(_ more: String...) throws -> SluiceProcess {
        try run(["a red house in the mountains at sunset", "--steps", "2", "--width", "64", "--height", "48"] + more)
    }

    private func run(_ arguments: [String]) throws -> SluiceProcess { try SluiceProcess.run(["generate"] + arguments, in: scratch.url) }

    @Test("A prompt becomes a picture whose file name is the only output")
    func picture() throws {
        let run = try generate("--seed", "7", "--quiet")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output == "sluice-7.png\n")
        #expect(run.errors.isEmpty)
        let (picture, text) = try PNGFile.read(FilePath(scratch.path("sluice-7.png")))
        #expect((picture.width, picture.height) == (64, 48))
        let metadata = try #require(PictureMetadata(text: text))
        #expect(metadata.seed == 7 && metadata.steps == 2 && metadata.prompt == "a red house in the mountains at sunset")
        #expect(text["parameters"]?.contains("Seed: 7") == true)
    }

    @Test("The same seed draws the same bytes, another seed another picture")
    func seeds() throws {
        for (seed, name) in [("1", "a.png"), ("1", "b.png"), ("2", "c.png")] { _ = try generate("--seed", seed, "--out", name) }
        func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: scratch.path(name))) }
        #expect(try bytes("a.png") == bytes("b.png"))
        #expect(try bytes("a.png") != bytes("c.png"))
    }

    @Test("Several pictures are numbered and have consecutive seeds")
    func count() throws {
        let run = try generate("--seed", "5", "--count", "2", "--out", "p.png", "--report", "r.json")
        #expect(run.output == "p-1.png\np-2.png\n", "\(run.errors)")
        #expect(try scratch.contents == ["p-1.png", "p-2.png", "r-1.json", "r-2.json"])
        let text = try PNGFile.readText(FilePath(scratch.path("p-2.png")))
        #expect(PictureMetadata(text: text)?.seed == 6)
    }

    @Test("A run starts from the latents it is given, and refuses those of another size")
    func latents() throws {
        _ = try generate("--seed", "3", "--out", "a.png", "--save-latents", "a.safetensors")
        for (seed, name) in [("4", "b.png"), ("5", "c.png")] {
            let run = try generate(
                "--seed", seed, "--out", name, "--initial-latents", "a.safetensors", "--save-latents", name + ".safetensors")
            #expect(run.exitCode == 0, "\(run.errors)")
        }
        func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: scratch.path(name))) }
        #expect(try bytes("b.png.safetensors") == bytes("c.png.safetensors"), "the seed must not matter")
        #expect(try bytes("b.png.safetensors") != bytes("a.safetensors"))
        let wrong = try run(["x", "--width", "64", "--height", "64", "--initial-latents", "a.safetensors"])
        #expect(wrong.exitCode == 3)
        #expect(wrong.errors.contains("expected [1, 16, 8, 8], found [1, 16, 6, 8]"), "\(wrong.errors)")
    }

    @Test("The report says what was asked, where the time went and how much memory it took")
    func report() throws {
        let run = try generate("--seed", "1", "--report", "r.json", "--trace", "t.json")
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: scratch.path("r.json")))) as? [String: Any])
        let time = try #require(report["time"] as? [String: Any])
        #expect((time["stepSeconds"] as? [Double])?.count == 2)
        let phases = try #require(time["phases"] as? [[String: Any]]).compactMap { $0["name"] as? String }
        #expect(phases == ["load", "clip", "t5", "modulation", "denoise", "decode"])
        let memory = try #require(report["memory"] as? [String: Any])
        #expect(try #require(memory["peakBytes"] as? Int) > 0)
        for phase in try #require(memory["phases"] as? [[String: Any]]) {
            let shares = try #require(phase["fragmentation"] as? [String: Double])
            #expect(
                Set(shares.keys) == ["peak", "now", "hole", "rounding"] && shares.values.allSatisfy { (0..<1).contains($0) }, "\(shares)")
        }
        let resident = try #require(memory["peakResidentSetBytes"] as? Int)
        #expect(resident < 200_000_000, "\(resident) bytes were resident")
        #expect((report["output"] as? [String: Any])?["seed"] as? Int == 1)
        let trace = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: scratch.path("t.json")))) as? [String: Any])
        let events = try #require(trace["traceEvents"] as? [[String: Any]])
        for name in ["denoise", "step 1", "load transformer", "create freePool", "map arena", "memory", "thread_name"] {
            #expect(events.contains { ($0["name"] as? String)?.hasPrefix(name) == true }, "\(name)")
        }
    }

    @Test("Off a terminal each step is one plain line on standard error")
    func progress() throws {
        let run = try generate("--seed", "1")
        let steps = run.errors.split(separator: "\n").filter { $0.hasPrefix("step ") }
        #expect(steps.count == 2, "\(run.errors)")
        #expect(!run.errors.contains("\u{1B}"))
    }

    @Test("A cut prompt is drawn, and the note names what was cut")
    func truncation() throws {
        let words = (1...60).map { "word\($0)" }.joined(separator: " ")
        let run = try self.run([words, "--steps", "1", "--width", "32", "--height", "32"])
        #expect(run.exitCode == 0)
        #expect(run.errors.contains("CLIP reads 77 tokens; this part of the prompt was cut: \""))
        #expect(run.errors.contains("word60\""))
    }

    @Test("Ctrl-C ends the run with 130 and leaves nothing")
    func interruption() throws {
        let run = try SluiceProcess.run(
            ["generate", "a cat", "--steps", "1000", "--width", "512", "--height", "512", "--out", "x.png"], in: scratch.url,
            interruptAfter: 2)
        #expect(run.exitCode == 130)
        #expect(run.failures.count == 1)
        #expect(try scratch.contents.isEmpty)
    }
}
