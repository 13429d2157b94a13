import FoundationEssentials
import Gallery
import Glibc
import History
import SystemPackage
import Testing

@testable import Studio

/// The studio with the program's own engine as a child process and the embedded model.
@Suite(.serialized) struct RealEngineTests {
    private static func engine(_ change: (inout ChildEngine.Configuration) -> Void = { _ in }) -> ChildEngine {
        let program = FilePath("/proc/self/exe")
        let executable = FilePath((try? FileManager.default.destinationOfSymbolicLink(atPath: program.string)) ?? "")
            .removingLastComponent().appending("sluice")
        var configuration = ChildEngine.Configuration(executable: executable, arguments: ["worker", "--memory", "1GiB"])
        configuration.firstBackoff = .milliseconds(10)
        configuration.longestBackoff = .milliseconds(100)
        change(&configuration)
        return ChildEngine(configuration)
    }

    private let small = JobRequest(prompt: "a lighthouse at dusk", width: 64, height: 64, steps: 3, seed: 11)

    @Test func picturesAreDrawnAndEverythingAboutThemIsKept() async throws {
        try await OpenStudio.with(Self.engine()) { open in
            var request = small
            request.count = 2
            let plan = try await open.studio.plan(request)
            #expect(plan.fits && plan.predictedPeakBytes <= plan.budgetBytes)
            let job = try await open.studio.submit(request)
            let ended = try await open.ended(job.id, within: .seconds(120))
            #expect(ended.status == .done && ended.images.count == 2)

            let image = try await open.store.image(ended.images[1])
            #expect(image.seed == 12 && image.parameters.model == "Postcards" && image.parameters.steps == 3)
            #expect(image.parameters.modelDigest == (await open.studio.capabilities)?.model.digest)
            let bytes = try open.folder.bytes(of: image)
            #expect(SHA256.hexadecimal(of: bytes) == image.sha256)
            let texts = try PNGFile.texts(of: bytes)
            #expect(texts["parameters"]?.contains("Steps: 3") == true && texts["sluice"]?.contains("/") == false)

            struct Report: Decodable {
                struct Time: Decodable {
                    struct Phase: Decodable { let seconds, waitSeconds, computeSeconds, copySeconds: Double }
                    let totalSeconds: Double
                    let phases: [Phase]
                    let stepSeconds: [Double]
                }
                let time: Time
                let memoryCurve: [JSONFragment]
            }
            let report = try #require(try await open.store.report(image.id)).decoded(as: Report.self)
            #expect(report.time.stepSeconds.count == 3 && !report.memoryCurve.isEmpty)
            for phase in report.time.phases {
                #expect(abs(phase.seconds - phase.waitSeconds - phase.computeSeconds - phase.copySeconds) < 1e-9)
            }
            let thumbnail = try await open.folder.thumbnail(of: image) { throw CancellationError() }
            #expect(thumbnail.starts(with: [0xFF, 0xD8]))
            #expect(try #require(image.metrics).decoded(as: PictureMeasurements.self).contrastRMS > 0)
            try checkNews(open.news)
        }
    }

    private func checkNews(_ news: OpenStudio.News) throws {
        let progress = try news.told(of: "progress").map { try JSONDecoder().decode(Progress.self, from: Data($0.utf8)) }
        let phases = Set(progress.map(\.phase))
        #expect(phases.isSuperset(of: ["load", "denoise", "decode", "measure", "save"]))
        #expect(progress.contains { $0.stream == "single" } || progress.contains { $0.stream == "double" })
        #expect(Set(progress.map(\.image)) == [0, 1] && progress.allSatisfy { $0.images == 2 && $0.steps == 3 })
        for told in progress {
            let sum = told.time.wait + told.time.compute + told.time.copy
            #expect(abs(sum - told.elapsed) < 1e-6, "\(told)")
        }
        // The second picture's: the first one taught the engine its own colours.
        let previews = try news.told(of: "preview").map { try JSONDecoder().decode(Preview.self, from: Data($0.utf8)) }
        #expect(!previews.isEmpty && previews.allSatisfy { $0.image == 1 && $0.dataURL.hasPrefix("data:image/png;base64,iVBOR") })
        let memory = try news.told(of: "memory").map { try JSONDecoder().decode(MemoryReading.self, from: Data($0.utf8)) }
        #expect(memory.contains { $0.predicted != nil && $0.now > 0 && $0.rung == .resident && $0.budget == 1 << 30 })
        #expect(memory.allSatisfy { $0.peak <= 1 << 30 })
    }

    @Test func aPictureIsTheSameAfterACrashAndInAnotherOrder() async throws {
        let pixels: @Sendable (OpenStudio, Int64) async throws -> [UInt8] = { open, id in
            try PNGFile.decode(try open.folder.bytes(of: try await open.store.image(id))).pixels
        }
        let engine = Self.engine()
        try await OpenStudio.with(engine) { open in
            let first = try await open.ended(try await open.studio.submit(small).id, within: .seconds(120))
            _ = try await open.ended(try await open.studio.submit(JobRequest(prompt: "other", width: 96, height: 64, steps: 2)).id)
            await engine.end("for the test")
            let second = try await open.ended(try await open.studio.submit(small).id, within: .seconds(120))
            #expect(try await pixels(open, first.images[0]) == pixels(open, second.images[0]))
        }
    }

    @Test func aRunningPictureStopsWithinASecondAndNothingIsLeft() async throws {
        try await OpenStudio.with(Self.engine(), .test { $0.cancelGrace = .seconds(5) }) { open in
            for wait in [0, 20, 150, 400] {
                let job = try await open.studio.submit(JobRequest(prompt: "a fox", steps: 200, seed: 3))
                try await open.job(job.id) { $0.status == .running }
                try await Task.sleep(for: .milliseconds(wait))
                let asked = ContinuousClock.now
                _ = try await open.studio.cancel(job.id)
                let ended = try await open.ended(job.id, within: .seconds(5))
                #expect(ended.status == .cancelled && ended.images.isEmpty && ended.lost == 0)
                #expect(ContinuousClock.now - asked < .seconds(1))
            }
            #expect(try open.staged.isEmpty)
            #expect(try await open.ended(try await open.studio.submit(small).id, within: .seconds(60)).status == .done)
        }
    }

    @Test func whatDoesNotFitIsRefusedWithWhatWould() async throws {
        try await OpenStudio.with(Self.engine { $0.arguments = ["worker", "--memory", "200MiB"] }) { open in
            let error = await #expect(throws: StudioError.self) {
                try await open.studio.submit(JobRequest(prompt: "a fox", width: 1024, height: 1024))
            }
            #expect(error?.code == .doesNotFit)
            #expect(error?.facts?["smallestBudgetBytes"] != nil && error?.facts?["bindingPhase"] != nil)
        }
    }

    @Test func aModelThatIsNoneIsTold() async throws {
        try await OpenStudio.with(Self.engine { $0.arguments = ["worker", "--model", "/nowhere"] }) { open in
            let error = await #expect(throws: StudioError.self) { try await open.studio.submit(small) }
            #expect(error?.code == .modelUnusable && error?.message.contains("model_index.json") == true)
        }
    }

    @Test func memoryIsGivenBackOnRequest() async throws {
        try await OpenStudio.with(Self.engine()) { open in
            _ = try await open.ended(try await open.studio.submit(small).id, within: .seconds(60))
            let held = try #require(try await open.studio.status().memory)
            #expect(held.owners.resident > 0)
            await open.studio.release()
            for _ in 0..<200 where try await open.studio.status().memory?.owners.resident != 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try await open.studio.status().memory?.owners.resident == 0)
            #expect(try await open.ended(try await open.studio.submit(small).id, within: .seconds(60)).status == .done)
        }
    }

    /// `SLUICE_KILLS` in the environment asks for more.
    @Test func noPictureIsLostOrDoneTwiceWhateverKillsTheEngine() async throws {
        let kills = ProcessInfo.processInfo.environment["SLUICE_KILLS"].flatMap { Int($0) } ?? 8
        let engine = Self.engine()
        try await OpenStudio.with(engine) { open in
            var jobs: [Int64] = []
            for number in 0..<kills {
                var request = small
                (request.seed, request.count) = (UInt64(number), 2)
                jobs.append(try await open.studio.submit(request).id)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<600)))
                // As the kernel does when memory runs out.
                if let process = await engine.process { kill(process, SIGKILL) }
            }
            for id in jobs {
                let job = try await open.ended(id, within: .seconds(300))
                #expect(job.status == .done && job.images.count == 2 || job.error?.code == "worker_lost" && job.lost == 2)
                for image in job.images {
                    let record = try await open.store.image(image)
                    #expect(SHA256.hexadecimal(of: try open.folder.bytes(of: record)) == record.sha256)
                }
            }
            #expect(try open.staged.isEmpty)
            let images = try await open.store.imageTotals().count
            var expected = 0
            for id in jobs { expected += try await open.studio.job(id).images.count }
            #expect(images == expected)
        }
    }
}
