import Foundation
import Glibc
import History
import SystemPackage
import TestFixtures
import Testing

@testable import Studio

/// The program as a person, systemd and scripts use it.
@Suite(.serialized) struct ServeCommandTests {
    private let temporary: TemporaryFolder
    private let data: FilePath
    private static let long = #"{"prompt":"a lighthouse","seed":5,"width":64,"height":64,"steps":150}"#
    private static let short = #"{"prompt":"a fox, \"red\"\n一只猫","seed":7,"width":64,"height":64,"steps":2,"count":2}"#

    init() throws {
        temporary = try TemporaryFolder()
        data = temporary.path.appending("data")
    }

    /// `isEverybody`: as systemd and containers do, which tell every process of a service, the engine first or last.
    @Test(arguments: [false, true])
    func aServerThatIsToldToEndGivesItsJobBackAndTheNextOneDrawsIt(isEverybody: Bool) async throws {
        let first = try await RunningServer.start(data: data)
        let id = try await first.submit(Self.long)
        try await first.reached(step: 3)
        if isEverybody {
            let engine = try #require(try first.engine)
            #expect(kill(engine, SIGTERM) == 0)
        }
        let began = ContinuousClock.now
        #expect(try await first.stop() == 0)
        #expect(ContinuousClock.now - began < .seconds(5))
        do {
            let job = try await DataFolder(at: data).openStore().job(Int64(id))
            #expect(job.status == .queued && job.lost == 0 && job.attempt == 1 && job.images.isEmpty)
        }
        let second = try await RunningServer.start(data: data)
        let job = try await second.ended(id)
        #expect(job.status == .done && job.lost == 0 && job.attempt == 2 && job.images.count == 1)
        #expect(try await second.stop(SIGINT) == 0)
    }

    @Test func anEngineThatIsToldToEndAloneGoesOnUntilItsServerEnds() async throws {
        let server = try await RunningServer.start(data: data)
        let id = try await server.submit(Self.long)
        try await server.reached(step: 2)
        kill(try #require(try server.engine), SIGTERM)
        let job = try await server.ended(id)
        #expect(job.status == .done && job.lost == 0 && job.attempt == 1)
        let engine = try #require(try server.engine)
        #expect(try await server.stop() == 0)
        #expect(kill(engine, 0) != 0)
    }

    @Test func aPromptThatWasEncodedBeforeARestartIsNotEncodedAgain() async throws {
        let options = ["--prompt-cache", temporary.path.appending("prompts").string]
        for (round, source) in ["encoded", "store"].enumerated() {
            let server = try await RunningServer.start(data: data, options: options)
            let job = try await server.ended(try await server.submit(Self.short))
            let report = try await server.client.send("GET", "/api/v1/images/\(try #require(job.images.first))/report")
            #expect(try OpenServer.value(report, "promptSource") == .text(source), "round \(round)")
            #expect(try await server.stop() == 0)
        }
        let refused = try await Program(
            path: RunningServer.program.string,
            arguments: ["serve", "--port", "0", "--data", data.string, "--prompt-cache", data.appending("missing/prompts").string]
        ).run()
        #expect(refused.status == 2 && refused.error.contains("missing/prompts"), "\(refused.error)")
    }

    @Test(arguments: [false, true])
    func tilesAreForServersThatWereAllowedThem(isAllowed: Bool) async throws {
        let options = ["--memory", "200MiB"] + (isAllowed ? ["--allow-tiling"] : [])
        let server = try await RunningServer.start(data: data, options: options)
        let plan = try await server.client.post("/api/v1/plan", #"{"prompt":"a","width":1024,"height":1024}"#)
        #expect(try OpenServer.code(plan) == (isAllowed ? nil : "does_not_fit"), "\(plan.text)")
        #expect(try OpenServer.value(plan, "fits") == (isAllowed ? .bool(true) : nil))
        #expect(try await server.stop() == 0)
    }

    @Test func historyIsListedShownAndMadeAgainFromThePicturesAlone() async throws {
        let server = try await RunningServer.start(data: data)
        for _ in 0..<2 { #expect(try await server.ended(try await server.submit(Self.short)).status == .done) }
        #expect(try await history("list").status == 2, "a server holds the folder")
        #expect(try await server.stop() == 0)

        let list = try await history("list")
        let lines = list.output.split(separator: "\n")
        #expect(list.status == 0 && lines.count == 4, "\(list.output)\(list.error)")
        #expect(lines.allSatisfy { $0.contains("\t64x64\t") && $0.hasSuffix(#""a fox, \"red\"\n一只猫""#) })
        #expect(try await history("list", "--limit", "1").output == lines[0] + "\n")
        #expect(try await history("list", "--search", "cat").output == "")
        let ids = try lines.map { String(try #require($0.split(separator: "\t").first)) }
        let shown = try await all(ids)
        #expect(Set(shown).count == 4 && shown.allSatisfy { $0.contains(#""prompt""#) })
        #expect(try await history("show", "999").status != 0)

        for name in try FileManager.default.contentsOfDirectory(atPath: data.string) where name.hasPrefix("sluice.sqlite") {
            try temporary.remove("data/" + name)
        }
        let lost = try await history("list")
        #expect(lost.status != 0 && lost.error.contains("rebuild"), "\(lost.error)")
        let rebuilt = try await history("rebuild")
        #expect(rebuilt.status == 0 && rebuilt.output == "4 pictures of 2 jobs\n", "\(rebuilt.output)\(rebuilt.error)")
        #expect(try await history("list").output == list.output)
        #expect(try await all(ids) == shown)
    }

    private func all(_ ids: [String]) async throws -> [String] {
        var shown: [String] = []
        for id in ids { shown.append(try await history("show", id).output) }
        return shown
    }

    private func history(_ command: String, _ arguments: String...) async throws -> Program.Result {
        try await Program(
            path: RunningServer.program.string, arguments: ["history", command, "--data", data.string] + arguments
        ).run()
    }

    @Test func aFewKillsLoseNothing() async throws {
        let script = FilePath(#filePath).removingLastComponent().appending("../../Studio/kill-loop").lexicallyNormalized()
        let loop = try await Program(
            path: "/usr/bin/python3", arguments: [script.string, "--cycles", "4", "--program", RunningServer.program.string]
        ).run()
        #expect(loop.status == 0, "\(loop.output)\(loop.error)")
    }
}
