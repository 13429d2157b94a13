import SystemPackage
import TestFixtures
import Testing

@testable import Gallery

struct PictureMetadataTests {
    @Test func `parameters are written as Forge writes them for FLUX`() {
        var metadata = PictureMetadata(
            prompt: "a cat\non a mat", negativePrompt: "dogs", width: 1024, height: 768, steps: 20, guidance: 3.5, seed: 42,
            model: "FLUX.1-dev", modelHash: "0123abcd", version: "sluice 0.1")
        #expect(
            metadata.parameters == """
                a cat
                on a mat
                Negative prompt: dogs
                Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 42, Size: 1024x768, \
                Model hash: 0123abcd, Model: FLUX.1-dev, Version: sluice 0.1
                """)
        metadata.negativePrompt = nil
        metadata.guidance = 4
        metadata.model = "my model: \"v1\", final/2"
        #expect(metadata.parameters.contains("mat\nSteps: 20") && metadata.parameters.contains("Scale: 4, "))
        #expect(metadata.parameters.contains(#"Model: "my model: \"v1\", final/2", Version"#))
        #expect(PictureMetadata(parameters: metadata.parameters) == metadata)
    }

    @Test(arguments: [
        "plain", "a, b", "a: b", "\"", "\\", "a\nb", "\"a\", \"b\": 1", "猫, 🐈", "/", "", "a \\\" b, c", " b", "b ", "\u{2028}x", " \u{301}",
    ])
    func `any value survives its line`(model: String) {
        let metadata = PictureMetadata(
            prompt: "x", negativePrompt: "y\nz", width: 16, height: 32, steps: 1, guidance: 0.1, seed: .max, model: model, dtype: "f32",
            maximumSequenceLength: 77, version: "sluice, \"x\"")
        #expect(PictureMetadata(parameters: metadata.parameters) == metadata)
    }

    @Test func `texts of other programs are read`() throws {
        let forge = """
            A photo of a fox, (masterpiece:1.2), <lora:x:1>
            second line
            Negative prompt: blurry, bad
            more of it
            Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 2.5, Seed: 3283917021, Size: 896x1152, \
            Model hash: bea01d51bd, Model: flux1-dev-bnb-nf4-v2, Lora hashes: "x: abc, y: def", Version: f2.0.1v1.10.1-previous-224-g900196889
            """
        let fox = try #require(PictureMetadata(parameters: forge))
        #expect(fox.prompt == "A photo of a fox, (masterpiece:1.2), <lora:x:1>\nsecond line")
        #expect(fox.negativePrompt == "blurry, bad\nmore of it")
        #expect((fox.width, fox.height, fox.steps, fox.seed, fox.guidance) == (896, 1152, 20, 3_283_917_021, 2.5))
        #expect(fox.model == "flux1-dev-bnb-nf4-v2" && fox.modelHash == "bea01d51bd")
        #expect(ParametersText(forge)["lora hashes"] == "x: abc, y: def")

        let classic = "girl with a beret\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x512, Model hash: 45dee52b"
        let girl = try #require(PictureMetadata(parameters: classic))
        #expect(girl.guidance == 3.5 && girl.sampler == "Euler a" && girl.negativePrompt == nil)

        let civitai =
            "fox\r\nSteps: 25, CFG scale: 4, Sampler: Undefined, Seed: 1, Size: 832x1216, Clip skip: 2, Created Date: 2024-09-01T10:00:00.0Z"
        let civitaiFox = try #require(PictureMetadata(parameters: civitai))
        #expect(civitaiFox.prompt == "fox" && civitaiFox.guidance == 4 && civitaiFox.width == 832)
    }

    @Test func `text without a line of pairs is all prompt`() {
        for text in ["", "just words", "a: 1, b: 2", "one: 1, two: 2", "multi\nline: 1, prompt: 2"] {
            let parsed = ParametersText(text)
            #expect(parsed.prompt == text && parsed.pairs.isEmpty && parsed.negativePrompt == nil)
            #expect(PictureMetadata(parameters: text) == nil)
        }
    }

    @Test func `numbers that are none are not guessed`() {
        let text = ParametersText("x\nSteps: many, Seed: -1, Size: 0x5, CFG scale: nan")
        #expect(text.steps == nil && text.seed == nil && text.size == nil && text.guidance == nil)
        #expect(ParametersText("x\nSteps: 1, Seed: 18446744073709551616, Size: 1x2x3").seed == nil)
        #expect(ParametersText("x\nSteps: 1, Seed: 2, Size: 99999999999999999999x1").size == nil)
    }

    @Test func `values that only look quoted are taken as they are`() {
        let text = ParametersText(#"x\#nAa: "b" c, Dd: "unclosed, Ee: "\q", Ff: "g",Gg:"#)
        #expect(text.pairs.map(\.key) == ["Aa", "Dd", "Ee", "Ff", "Gg"])
        #expect(text.pairs.map(\.value) == ["\"b\" c", "\"unclosed", "\"\\q\"", "g", ""])
    }

    @Test func `Sluice's own record comes before the text for others, a broken one does not hide it`() throws {
        let metadata = PNGFileTests.metadata
        let own = try metadata.pngTexts(for: "x").reduce(into: [:]) { $0[$1.keyword] = $1.text }
        var texts = own
        texts["parameters"] = "other\nSteps: 1, Seed: 2, Size: 3x4"
        #expect(PictureMetadata(text: texts) == metadata)
        texts["sluice"] = "{}"
        #expect(PictureMetadata(text: texts)?.prompt == "other")
        #expect(PictureMetadata(text: [:]) == nil)
    }

    @Test func `hostile lines are read in a moment`() {
        let parts = ["a", "a:", "a: \"", "ab: \"\\\"", "ab:\"x,", ",", "ab: , ", "  ", "\"", "ab: \"\","]
        let clock = ContinuousClock()
        for part in parts {
            let line = "x\n" + String(repeating: part, count: (1 << 18) / part.utf8.count)
            let elapsed = clock.measure { _ = ParametersText(line) }
            #expect(elapsed < .seconds(20), "\(part)")
        }
    }

    @Test func `mutated texts are read without a trap and their pairs written back are read again`() {
        var mutator = Mutator.fromEnvironment()
        let texts = [
            PNGFileTests.metadata.parameters, "p\nNegative prompt: n\nSteps: 1, Seed: 2, Size: 3x4, Model: \"a, b\"", "", "\n\n", "a: b",
        ]
        let fragments = [
            "\n", "Negative prompt:", "Steps: ", ": ", ", ", "\"", "\\", "\\u0000", "Size: 1x1", "é", "\u{301}", "\0", "Seed: 1", "x",
        ]
        var complete = 0
        for round in Mutator.rounds(5_000) {
            let bytes = mutator.mutated(Array(texts[round % texts.count].utf8), fragments: fragments)
            guard var metadata = PictureMetadata(parameters: String(decoding: bytes, as: UTF8.self)) else { continue }
            complete += 1
            // A prompt may hold what looks like a mark; the rest must come back whatever it is.
            (metadata.prompt, metadata.negativePrompt) = ("p", nil)
            #expect(PictureMetadata(parameters: metadata.parameters) == metadata, "seed \(mutator.seed), round \(round)")
        }
        #expect(complete > 100, "seed \(mutator.seed)")
    }
}
