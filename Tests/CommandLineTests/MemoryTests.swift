import Foundation
import Testing

/// The memory contract from outside: budgets, modes and refusals.
@Suite struct MemoryTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func latents(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: scratch.path("\(name).safetensors"))) }

    private func json(_ name: String) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: scratch.path("\(name).json"))))
        return try #require(json as? [String: Any])
    }

    private func report(_ name: String, _ part: String) throws -> [String: Any] {
        try #require(json(name)[part] as? [String: Any])
    }

    @Test("Every mode and budget draws the same latents, bit for bit, and stays within its plan")
    func sameBits() throws {
        let smallest = try smallestBudget()
        let runs = [
            ("auto", ["--memory", "1GiB"]), ("none", ["--memory", "1GiB", "--offload", "none"]),
            ("model", ["--memory", "1GiB", "--offload", "model"]), ("sequential", ["--memory", "1GiB", "--offload", "sequential"]),
            ("tight", ["--memory", "\(smallest)MiB"]),
        ]
        for (name, options) in runs {
            let run = try SluiceProcess.run(arguments(name) + options, in: scratch.url)
            #expect(run.exitCode == 0, "\(run.errors)")
            #expect(try latents(name) == latents("auto"), "\(name)")
            let plan = try report(name, "plan")
            let peak = try #require(report(name, "memory")["peakBytes"] as? Int)
            #expect(try peak <= #require(plan["predictedPeakBytes"] as? Int))
            #expect(try peak <= #require(plan["budgetBytes"] as? Int))
        }
        let curve = try #require(try json("sequential")["memoryCurve"] as? [[String: Any]])
        #expect(curve.count > 20)
        for point in curve {
            let (held, mapped) = try (#require(point["arenaHeld"] as? Int), #require(point["arena"] as? Int))
            #expect(held <= mapped)
        }
        #expect(try report("sequential", "plan")["streamedBytesPerStep"] as? Int ?? 0 > 0)
        let measured = try #require(report("tight", "memory")["phases"] as? [[String: Any]])
        #expect(measured.compactMap { $0["name"] as? String } == ["clip", "t5", "modulation", "denoise", "decode"])
        #expect(try report("none", "plan")["streamedBytesPerStep"] as? Int == 0)
    }

    private func arguments(_ name: String) -> [String] {
        [
            "generate", "a red house in the mountains at sunset", "--width", "64", "--height", "48", "--steps", "2", "--seed", "1",
            "--max-sequence-length", "32", "--out", "\(name).png", "--save-latents", "\(name).safetensors", "--report", "\(name).json",
        ]
    }

    /// In MiB, as the refusal of a hopeless budget names it.
    private func smallestBudget() throws -> Int {
        let run = try SluiceProcess.run(arguments("refused") + ["--memory", "1MiB"], in: scratch.url)
        #expect(run.exitCode == 4, "\(run.errors)")
        #expect(run.failures.count == 1)
        #expect(try scratch.contents.isEmpty)
        let match = try #require(run.errors.firstMatch(of: /the smallest budget that works is (\d+)MiB/), "\(run.errors)")
        // What the process itself holds differs by a little from run to run.
        return try #require(Int(match.output.1)) + 16
    }

    @Test("The plan of a picture is shown without drawing it")
    func plan() throws {
        let run = try SluiceProcess.run(["plan", "--json", "--memory", "1GiB", "--width", "128", "--height", "128"], in: scratch.url)
        #expect(run.exitCode == 0, "\(run.errors)")
        let plan = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let phases = try #require(plan["phases"] as? [[String: Any]])
        #expect(phases.compactMap { $0["name"] as? String } == ["clip", "t5", "modulation", "denoise", "decode"])
        for phase in phases {
            // No buffers could be laid out lower than the bound, and these are, but for rounding to pages.
            let (bound, mapped) = try (#require(phase["arenaLowerBoundBytes"] as? Int), #require(phase["arenaBytes"] as? Int))
            #expect(bound <= mapped && mapped - bound < 2 << 20)
        }
    }
}
