import FoundationEssentials
import SystemPackage
import TestFixtures
import Testing

@testable import Gallery

struct PictureSettingsTests {
    @Test func `files by Pillow and piexif are read as their makers meant them`() throws {
        let golden = try GoldenFiles.json([String: PictureSettings?].self, "settings.json")
        #expect(golden.count == 15)
        for (name, expected) in golden {
            #expect(try PictureSettings(readingFrom: GoldenFiles.bytes(name)) == expected, "\(name)")
        }
    }

    @Test(arguments: ["a cat", "一只猫，\"安静\" 🐈\n第二行", "x: 1, y: 2", "", "\\ \u{301} tab\t."])
    func `what Sluice wrote is read from its own record`(prompt: String) throws {
        let folder = try TemporaryFolder()
        var metadata = PNGFileTests.metadata
        (metadata.prompt, metadata.seed) = (prompt, 1 << 53 - 1)
        try PNGFile.write(PNGFileTests.picture(3, 2), metadata: metadata, to: folder.path.appending("a.png"))
        let settings = try #require(try PictureSettings(readingFrom: folder.contents("a.png")))
        #expect(settings.source == .sluice && settings.prompt == prompt && settings.notes.isEmpty)
        #expect((settings.width, settings.height, settings.steps) == (64, 48, 4))
        #expect(settings.guidance == 3.5 && settings.trueGuidance == nil && settings.seed == 1 << 53 - 1)
        #expect(settings.sampler == "Euler" && settings.model == "FLUX.1-dev")
    }

    @Test func `a record with more in it than this version knows is still read`() throws {
        let json = """
            {"schema":9,"prompt":"p","negativePrompt":"n","width":16,"height":32,"steps":3,"guidance":1.5,"seed":9007199254740992,\
            "sampler":"Euler","schedule":"Simple","model":"M","origin":{"trueGuidance":2.5},"future":[{}]}
            """
        let settings = try #require(PictureSettings.sluice(json))
        #expect(settings.trueGuidance == 2.5 && settings.negativePrompt == "n" && settings.seed == nil)
        #expect(settings.notes == [.seedTooLarge])
    }

    @Test func `a broken record does not hide the text for others`() throws {
        let file = PNGTextTests.file(
            PNGTextTests.chunk("tEXt", Array("sluice\0{".utf8)), PNGTextTests.chunk("tEXt", Array("prompt\0[]".utf8)),
            PNGTextTests.chunk("tEXt", Array("parameters\0p\nSteps: 1, Seed: 2, Size: 3x4".utf8)))
        let settings = try #require(try PictureSettings(readingFrom: file))
        #expect(settings.source == .a1111 && settings.prompt == "p" && settings.seed == 2)
    }

    @Test func `guidance follows what the writer's scale means`() throws {
        let read = { (pairs: String) in try #require(PictureSettings.parameters("p\nNegative prompt: n\nSteps: 1, Seed: 2, \(pairs)")) }
        let distilled = try read("CFG scale: 1, Distilled CFG Scale: 2.5")
        #expect(distilled.guidance == 2.5 && distilled.trueGuidance == nil && distilled.notes == [.negativePromptUnused])
        let both = try read("CFG scale: 3, Distilled CFG Scale: 2.5")
        #expect(both.guidance == 2.5 && both.trueGuidance == 3 && both.notes.isEmpty)
        #expect(try read("CFG scale: 5").guidance == 5)
        let habit = try read("CFG scale: 7")
        #expect(habit.guidance == nil && habit.notes == [.scaleOfOtherModels, .negativePromptUnused])
        #expect(try read("CFG scale: 0").guidance == nil && read("CFG scale: nan").guidance == nil)
    }

    @Test func `what cannot be used here is noted`() throws {
        let text = "p <lora:x:1>\nSteps: 1, Seed: 2, Hires upscale: 2, Hires steps: 3, Face restoration: CodeFormer, Clip skip: 2"
        let settings = try #require(PictureSettings.parameters(text))
        #expect(settings.notes == [.severalSamplers, .loras, .faceRestoration])
    }

    @Test func `text without settings is a prompt, and no text is nothing`() throws {
        #expect(PictureSettings.parameters("just words")?.prompt == "just words")
        #expect(PictureSettings.parameters(" \n") == nil)
        #expect(try PictureSettings(readingFrom: PNGTextTests.file(PNGTextTests.chunk("tEXt", Array("prompt\0a cat".utf8)))) == nil)
    }

    @Test func `bytes of no known format are refused, and pictures beyond the limit before anything is read`() {
        for bytes in [[], [1, 2, 3], Array("RIFF....WAVE".utf8), Array("<svg/>".utf8), [0xFF, 0xD8]] as [[UInt8]] {
            #expect(throws: PictureFileFault.unknownFormat) { try PictureSettings(readingFrom: bytes) }
        }
        let header = PNGTextTests.chunk("IHDR", PNGTextTests.bigEndian(.max) + PNGTextTests.bigEndian(.max) + [8, 2, 0, 0, 0])
        let huge = PNGChunks.signature + header + PNGTextTests.chunk("IEND", [])
        #expect(throws: PictureFileFault.tooManyPixels(width: 4_294_967_295, height: 4_294_967_295, limit: 89_478_485)) {
            try PictureSettings(readingFrom: huge)
        }
        let long = PNGTextTests.file(PNGTextTests.chunk("tEXt", Array("parameters\0".utf8) + Array(repeating: 0x61, count: (1 << 20) + 1)))
        #expect(throws: PictureFileFault.png(.textTooLarge(byteCount: (1 << 20) + 1, limit: 1 << 20))) {
            try PictureSettings(readingFrom: long)
        }
        #expect(throws: PictureFileFault.png(.truncated(offset: 8))) { try PictureSettings(readingFrom: PNGChunks.signature) }
    }

    @Test func `the JSON has the keys of the interface`() throws {
        var settings = PictureSettings(.comfyui)
        settings.setGuidance(distilled: 2, scale: 3)
        settings.setSize(16, 32)
        settings.setSteps(4)
        settings.setSeed(5)
        settings.setModel("a/b.safetensors")
        settings.setNegativePrompt("n")
        settings.sampler = "euler"
        settings.notes = [.loras]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let expected = """
            {"guidance":2,"height":32,"model":"b","negativePrompt":"n","notes":["loras"],"prompt":"","sampler":"euler","seed":5,\
            "source":"comfyui","steps":4,"trueGuidance":3,"width":16}
            """
        #expect(String(decoding: try encoder.encode(settings), as: UTF8.self) == expected)
    }
}
