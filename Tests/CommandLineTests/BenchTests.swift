import Foundation
import SystemPackage
import Testing
import Weights

@testable import sluice

@Suite struct BenchTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    /// The published configurations with every size made small.
    private func configurations(
        _ model: PublishedModel = .fluxDev, _ changes: [String: [String: Any]] = [:]
    ) throws -> [String: String] {
        let small: [String: [String: Any]] = [
            "text_encoder": [
                "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "num_hidden_layers": 2, "vocab_size": 1024,
            ],
            "text_encoder_2": ["d_model": 48, "d_ff": 64, "d_kv": 16, "num_heads": 2, "vocab_size": 512],
            "transformer": [
                "num_attention_heads": 2, "attention_head_dim": 32, "axes_dims_rope": [4, 14, 14], "joint_attention_dim": 48,
                "pooled_projection_dim": 32,
            ],
            "vae": ["block_out_channels": [16, 16, 32, 32], "norm_num_groups": 8, "sample_size": 64],
        ]
        var files = model.configurations(doubleBlocks: 2, singleBlocks: 2, tinyT5: true)
        for (component, sizes) in small {
            let name = "\(component)/config.json"
            let published = try JSONSerialization.jsonObject(with: Data(#require(files[name]).utf8))
            let changed = try #require(published as? [String: Any]).merging(sizes) { $1 }.merging(changes[component] ?? [:]) { $1 }
            files[name] = String(decoding: try JSONSerialization.data(withJSONObject: changed), as: UTF8.self)
        }
        return files
    }

    private func random(_ name: String, _ configurations: [String: String], shardByteLimit: Int = 100_000) -> RandomFolder {
        let model = SluiceProcess.executable("sluice_Postcards.resources").appending(path: "model").path
        return RandomFolder(
            path: FilePath(scratch.path(name)), tokenizers: FilePath(model), configurations: configurations,
            weights: RandomWeights(seed: 1, period: 65_521), shardByteLimit: shardByteLimit)
    }

    @Test("A folder of random weights, sharded, draws a picture with finite latents", arguments: PublishedModel.allCases)
    func drawsFromRandomWeights(model: PublishedModel) throws {
        let byteCount = try random("model", configurations(model)).write()
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("model/transformer"))
        #expect(names.contains("diffusion_pytorch_model.safetensors.index.json"))
        let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("model")).filter { $0.hasSuffix(".safetensors") }
        let found = try files.reduce(0) { sum, file in
            sum + (try FileManager.default.attributesOfItem(atPath: scratch.path("model/\(file)"))[.size] as? Int ?? 0)
        }
        #expect((byteCount...byteCount + 100_000).contains(found))

        let run = try SluiceProcess.run(
            [
                "generate", "a cat", "--model", "model", "--width", "64", "--height", "64", "--steps", "2", "--seed", "1",
                "--max-sequence-length", "16", "--out", "cat.png", "--save-latents", "latents.safetensors",
            ], in: scratch.url)
        #expect(run.exitCode == 0, "\(run.errors)")
        let bytes = try Data(contentsOf: URL(filePath: scratch.path("latents.safetensors"))).suffix(4 * 16 * 8 * 8)
        let latents = Array(bytes).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        #expect(latents.count == 1024 && latents.allSatisfy { $0.isFinite && abs($0) < 1000 })
        #expect(Set(latents).count > 500)
        #expect(try scratch.contents == ["cat.png", "latents.safetensors", "model"])
    }

    @Test("The autoencoder's file holds both halves, so that programs which load it as a whole find what they need")
    func holdsTheEncoder() throws {
        _ = try random("model", configurations()).write()
        let file = try Data(contentsOf: URL(filePath: scratch.path("model/vae/diffusion_pytorch_model.safetensors.index.json")))
        let index = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        let names = try #require(index["weight_map"] as? [String: String]).keys
        // As many as the published pipeline's `AutoencoderKL` has with these levels.
        #expect(names.count == 240)
        #expect(names.filter { $0.hasPrefix("encoder.") }.count == 104)
        #expect(
            names.contains("encoder.down_blocks.1.resnets.0.conv1.weight") && names.contains("encoder.mid_block.attentions.0.to_q.bias"))
    }

    @Test("Configurations that cannot be used, and disks that are too small, leave nothing behind")
    func refusesWhatCannotBe() throws {
        let mismatch = try configurations(.fluxDev, ["transformer": ["pooled_projection_dim": 64]])
        #expect(throws: (any Error).self) { try random("mismatch", mismatch).write() }
        // Petabytes.
        let huge = try configurations(
            .fluxDev,
            [
                "transformer": [
                    "num_attention_heads": 1 << 14, "attention_head_dim": 64, "axes_dims_rope": [16, 24, 24], "num_layers": 1000,
                ]
            ])
        let error = #expect(throws: OptionError.self) { try random("huge", huge).write() }
        #expect(error?.description.contains("do not fit on the disk") == true)
        #expect(try scratch.contents.isEmpty)
    }

    @Test("A cancelled folder leaves nothing behind")
    func cancelled() async throws {
        let random = try random("model", configurations())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try random.write()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try scratch.contents.isEmpty)
    }

    @Test("A folder that exists is left alone, and wrong options are named")
    func refusesBeforeWriting() throws {
        let checkpoint = ["bench", "checkpoint", "--like", "flux.1-dev", "--out"]
        try FileManager.default.createDirectory(at: scratch.url.appending(path: "old"), withIntermediateDirectories: false)
        for (arguments, word) in [
            (checkpoint + ["old"], "--out old"), (checkpoint + ["missing/model"], "missing"),
            (checkpoint + ["new", "--double-blocks", "-1"], "--double-blocks -1"),
            (checkpoint + ["new", "--single-blocks", "1001"], "--single-blocks 1001"), (checkpoint + ["new", "--without", "clip"], "clip"),
            (["bench", "checkpoint", "--like", "flux.2", "--out", "new"], "flux.2"),
        ] {
            let run = try SluiceProcess.run(arguments, in: scratch.url)
            #expect(run.exitCode == 2, "\(arguments)")
            #expect(run.failures.count == 1 && run.errors.contains(word), "\(run.errors)")
            #expect(run.output.isEmpty)
        }
        #expect(try scratch.contents == ["old"])
    }

    @Test("Operations are timed beside the roof, one of them by its name; a name that none has is refused")
    func timesOperations() throws {
        let run = try SluiceProcess.run(["bench", "ops", "--device", "cpu", "--side", "16", "--only", "CLIP", "--json"])
        #expect(run.exitCode == 0, "\(run.errors)")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let operations = try #require(json["operations"] as? [[String: Any]])
        let names = operations.compactMap { $0["name"] as? String }
        #expect(names.contains("copy") && names.last == "CLIP attention")
        #expect(operations.allSatisfy { $0["flopPerSecond"] is Double || $0["bytesPerSecond"] is Double })
        let none = try SluiceProcess.run(["bench", "ops", "--device", "cpu", "--side", "16", "--only", "nothing"])
        #expect(none.exitCode == 2 && none.failures.count == 1 && none.output.isEmpty && none.errors.contains("--only nothing"))
    }

    @Test("The planned arena wastes under 1 % on fifty pictures, where a caching allocator wastes most")
    func comparesAllocators() throws {
        let run = try SluiceProcess.run(["bench", "memory", "--json"])
        #expect(run.exitCode == 0, "\(run.errors)")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let rows = try #require(json["rows"] as? [[String: Any]])
        #expect(rows.count == 6)
        for row in rows {
            func fragmentation(_ allocator: String) throws -> Double {
                try #require((row[allocator] as? [String: Any])?["fragmentationPeak"] as? Double)
            }
            #expect(try fragmentation("planned") < 0.01)
            #expect(try fragmentation("caching") > 0.5)
        }
    }
}
