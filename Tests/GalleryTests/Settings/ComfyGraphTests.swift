import StrictJSON
import TestFixtures
import Testing

@testable import Gallery

struct ComfyGraphTests {
    private func settings(_ json: String) -> PictureSettings? {
        ForeignJSON.parse(json).flatMap { ComfyGraph(prompt: $0) }.flatMap { PictureSettings.comfy($0) }
    }

    @Test func `a graph that runs in circles is read once around`() throws {
        let found = try #require(
            settings(
                """
                {"1":{"class_type":"KSampler","inputs":{"seed":["1",0],"steps":["2",0],"cfg":["3",0],"positive":["2",0],"negative":["1",0],
                "latent_image":["1",0],"model":["2",0]}},"2":{"class_type":"CLIPTextEncode","inputs":{"text":["3",0],"clip":["1",0]}},
                "3":{"class_type":"X","inputs":{"a":["2",0],"b":["3",0],"c":["1",0]}}}
                """))
        #expect(found.prompt == "" && found.seed == nil && found.steps == nil)
    }

    @Test func `links to nodes that are not there are nothing`() throws {
        let found = try #require(
            settings(#"{"1":{"class_type":"KSampler","inputs":{"seed":3,"steps":["9",0],"positive":["9",0],"latent_image":[[],0]}}}"#))
        #expect(found.seed == 3 && found.steps == nil && found.prompt == "")
    }

    @Test func `without a sampler there are no settings`() {
        for json in ["{}", "[]", "null", "1", #"{"1":{"class_type":"KSamplerSelect","inputs":{"sampler_name":"euler"}}}"#, #"{"1":2}"#] {
            #expect(settings(json) == nil)
        }
    }

    @Test func `Python's words for numbers that JSON has not are read as null, but not in strings`() throws {
        let value = try #require(ForeignJSON.parse(#"{"a":[NaN,-Infinity,Infinity,1],"b":"NaN \"Infinity\\","c":-2}"#))
        #expect(value["a"] == .array([.null, .null, .null, .integer(1)]))
        #expect(value["b"] == .string(#"NaN "Infinity\"#) && value["c"] == .integer(-2))
        #expect(ForeignJSON.parse("{\"a\":Nan}") == nil && ForeignJSON.parse("\"\\") == nil && ForeignJSON.parse("N") == nil)
    }

    @Test func `a sampler with a guider and true guidance is understood`() throws {
        let found = try #require(
            settings(
                """
                {"1":{"class_type":"SamplerCustomAdvanced","inputs":{"noise":["2",0],"guider":["3",0],"sampler":["4",0],"sigmas":["5",0],
                "latent_image":["6",0]}},"2":{"class_type":"RandomNoise","inputs":{"noise_seed":["10",0]}},
                "3":{"class_type":"CFGGuider","inputs":{"cfg":2.5,"positive":["7",0],"negative":["8",0],"model":["9",0]}},
                "4":{"class_type":"KSamplerSelect","inputs":{"sampler_name":"heun"}},
                "5":{"class_type":"BasicScheduler","inputs":{"steps":11,"scheduler":"beta","denoise":1}},
                "6":{"class_type":"EmptyLatentImage","inputs":{"width":64,"height":32,"batch_size":1}},
                "7":{"class_type":"FluxGuidance","inputs":{"guidance":3,"conditioning":["11",0]}},
                "8":{"class_type":"CLIPTextEncode","inputs":{"text":"bad","clip":["9",1]}},
                "9":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"m.safetensors"}},
                "10":{"class_type":"PrimitiveInt","inputs":{"value":77}},
                "11":{"class_type":"CLIPTextEncode","inputs":{"text":"good","clip":["9",1]}}}
                """))
        #expect(found.prompt == "good" && found.negativePrompt == "bad" && found.notes.isEmpty)
        #expect(found.guidance == 3 && found.trueGuidance == 2.5 && found.seed == 77 && found.steps == 11)
        #expect(found.sampler == "heun" && found.width == 64 && found.height == 32 && found.model == "m")
    }

    @Test func `long chains and wide graphs are read in a moment`() {
        let chain = (0..<5000).map { "\"\($0)\":{\"class_type\":\"A\",\"inputs\":{\"x\":[\"\($0 + 1)\",0]}}" }.joined(separator: ",")
        let json =
            "{\"s\":{\"class_type\":\"KSampler\",\"inputs\":{\"positive\":[\"0\",0],\"steps\":[\"0\",0],\"seed\":[\"0\",0]}},\(chain)}"
        let elapsed = ContinuousClock().measure { #expect(settings(json) != nil) }
        #expect(elapsed < .seconds(20))
    }
}
