import Foundation
import Testing

/// A picture that is too large for its decoder within a budget, from outside.
@Suite struct TilingTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func generate(_ name: String, _ options: String...) throws -> SluiceProcess {
        try SluiceProcess.run(
            [
                "generate", "a red house in the mountains at sunset", "--width", "768", "--height", "512", "--steps", "1", "--seed", "1",
                "--out", "\(name).png", "--report", "\(name).json",
            ] + options, in: scratch.url)
    }

    private func report(_ name: String) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: scratch.path("\(name).json"))))
        return try #require(json as? [String: Any])
    }

    @Test("Refused without consent; with it drawn within the budget and marked as inexact in note, report and picture")
    func consent() throws {
        let refused = try generate("refused", "--memory", "1MiB")
        #expect(refused.exitCode == 4)
        let match = try #require(refused.errors.firstMatch(of: /works is (\d+)MiB, bound by decode/), "\(refused.errors)")
        // What the process itself holds differs by a little from run to run.
        let budget = try #require(Int(match.output.1)) - 32
        #expect(try generate("refused", "--memory", "\(budget)MiB").exitCode == 4)
        #expect(try scratch.contents.isEmpty)

        let run = try generate("tiled", "--memory", "\(budget)MiB", "--allow-tiling")
        #expect(run.exitCode == 0 && run.errors.contains("note: decoded in tiles of 512 pixels"), "\(run.errors)")
        let report = try report("tiled")
        let tiling = try #require(report["vaeTiling"] as? [String: Any])
        #expect(tiling["tile"] as? Int == 512 && tiling["overlap"] as? Int == 128 && tiling["exact"] as? Bool == false)
        let peak = try #require((report["memory"] as? [String: Any])?["peakBytes"] as? Int)
        #expect(peak <= budget << 20)
        let picture = try Data(contentsOf: URL(filePath: scratch.path("tiled.png")))
        #expect(String(decoding: picture, as: UTF8.self).contains(#""vaeTiling":{"exact":false,"overlap":128,"tile":512}"#))

        let roomy = try generate("whole", "--memory", "2GiB", "--allow-tiling")
        #expect(roomy.exitCode == 0 && !roomy.errors.contains("tiles"))
        #expect(try self.report("whole")["vaeTiling"] == nil)
    }

    @Test("A plan says that it decodes in tiles, and only with consent", arguments: [[], ["--json"], ["--sweep"], ["--sweep", "--json"]])
    func planned(_ options: [String]) throws {
        let plan = ["plan", "--like", "flux.1-dev", "--width", "2048", "--height", "2048", "--memory", "4GB"] + options
        let refused = try SluiceProcess.run(plan, in: scratch.url)
        #expect(refused.exitCode == (options.contains("--sweep") ? 0 : 4) && !refused.output.contains("til"), "\(refused.output)")
        let allowed = try SluiceProcess.run(plan + ["--allow-tiling"], in: scratch.url)
        #expect(allowed.exitCode == 0, "\(allowed.errors)")
        #expect(allowed.output.contains(options.contains("--json") ? "\"vaeTiling\" : {" : "in tiles"), "\(allowed.output)")
    }
}
