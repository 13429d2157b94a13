import TestFixtures
import Testing

@testable import Studio

@Suite struct JobRequestTests {
    private func request(_ json: String) throws(StudioError) -> JobRequest { try JobRequest(json: Array(json.utf8)) }

    @Test func aBodyIsReadAsItStands() throws {
        let body = """
            {"prompt": "a fox", "width": 256, "height": 128, "steps": 4, "guidance": 2, "seed": 9007199254740991, "count": 2,
             "front": true, "parentImage": 3, "negativePrompt": null, "trueGuidance": 1.0}
            """
        #expect(
            try request(body)
                == JobRequest(
                    prompt: "a fox", trueGuidance: 1, width: 256, height: 128, steps: 4, guidance: 2, seed: 9_007_199_254_740_991, count: 2,
                    front: true, parentImage: 3))
    }

    @Test(arguments: [
        (#"{"prompt": "a", "stepz": 3}"#, "stepz"), (#"{"steps": 3}"#, "prompt"), (#"{"prompt": 3}"#, "prompt"),
        (#"{"prompt": null}"#, "prompt"), (#"{"prompt": "a", "steps": 2.5}"#, "steps"), (#"{"prompt": "a", "steps": "2"}"#, "steps"),
        (#"{"prompt": "a", "seed": -1}"#, "seed"), (#"{"prompt": "a", "front": 1}"#, "front"),
        (#"{"prompt": "a", "guidance": true}"#, "guidance"), (#"{"prompt": "a", "steps": 99999999999999999999}"#, "steps"),
    ])
    func whatIsWrongIsNamed(json: String, key: String) {
        let error = #expect(throws: StudioError.self) { try request(json) }
        #expect(error?.code == .invalidRequest && error?.field == key)
    }

    @Test(arguments: ["", "[]", "3", "{", #"{"prompt": "a", "prompt": "b"}"#, #"{"prompt": "a"} x"#])
    func whatIsNoBodyIsRefused(json: String) {
        #expect(throws: StudioError.self) { try request(json) }
    }

    @Test func brokenBodiesNeverTrap() {
        var mutator = Mutator.fromEnvironment()
        let body = Array(#"{"prompt":"a fox","width":256,"steps":4,"guidance":2.5,"seed":7,"front":true,"count":2}"#.utf8)
        for _ in Mutator.rounds(2000) {
            let broken = mutator.mutated(body, fragments: ["\"", "{", "null", "1e999", "-", "\\u0000", "18446744073709551616"])
            if let request = try? JobRequest(json: broken) { _ = try? DrawRequest(request, .sample) }
        }
    }

    @Test func whatIsOpenIsFilledIn() throws {
        let drawn = try DrawRequest(JobRequest(prompt: "a"), .sample)
        #expect((drawn.width, drawn.height, drawn.steps, drawn.guidance, drawn.count) == (128, 128, 20, 3.5, 1))
        #expect(drawn.seed < 1 << 32)
    }

    @Test(arguments: [
        (JobRequest(prompt: "a", width: 100), "width"), (JobRequest(prompt: "a", height: 0), "height"),
        (JobRequest(prompt: "a", width: 16384), "width"), (JobRequest(prompt: "a", steps: 0), "steps"),
        (JobRequest(prompt: "a", steps: 1001), "steps"), (JobRequest(prompt: "a", guidance: -1), "guidance"),
        (JobRequest(prompt: "a", guidance: .nan), "guidance"), (JobRequest(prompt: "a", count: 11), "count"),
        (JobRequest(prompt: "a", count: 0), "count"), (JobRequest(prompt: "a", seed: 1 << 53), "seed"),
        (JobRequest(prompt: "a", seed: .max, count: 10), "seed"), (JobRequest(prompt: "a", seed: 1 << 53 - 1, count: 2), "seed"),
        (JobRequest(prompt: String(repeating: "a", count: 32_001)), "prompt"), (JobRequest(prompt: "a", trueGuidance: 4), "trueGuidance"),
        (JobRequest(prompt: "a", negativePrompt: "b"), "negativePrompt"),
        (JobRequest(prompt: "a", negativePrompt: "b", trueGuidance: 1), "negativePrompt"),
    ])
    func whatIsOutOfBoundsIsNamed(request: JobRequest, key: String) {
        let error = #expect(throws: StudioError.self) { try DrawRequest(request, .sample) }
        #expect(error?.code == .invalidRequest && error?.field == key)
    }
}
