import History
import Synchronization
import Testing

@testable import Studio

@Suite struct StudioTests {
    private let fox = JobRequest(prompt: "a fox", seed: 7)

    @Test func aJobIsDrawnAndItsPicturesAreInTheHistory() async throws {
        try await OpenStudio.with(ScriptedEngine()) { open in
            let job = try await open.studio.submit(JobRequest(prompt: "a fox", seed: 7, count: 3))
            let ended = try await open.ended(job.id)
            #expect(ended.status == .done && ended.images.count == 3 && ended.attempt == 1)
            let images = try await open.store.images(ImageQuery(), after: nil, limit: 60).images
            #expect(images.map(\.seed).sorted() == [7, 8, 9])
            #expect(try open.staged.isEmpty)
            #expect(open.news.told(of: "image").count == 3)
            #expect(open.news.told(of: "job").last?.contains("\"status\":\"done\"") == true)
        }
    }

    @Test func jobsAreDrawnInTheirOrderAndFrontOnesFirst() async throws {
        let drawn = Mutex<[Int64]>([])
        let engine = ScriptedEngine { order in
            drawn.withLock { $0.append(order.job) }
            return .draw
        }
        try await OpenStudio.with(engine) { open in
            await open.studio.pause()
            var jobs: [Int64] = []
            for _ in 0..<3 { jobs.append(try await open.studio.submit(fox).id) }
            let front = try await open.studio.submit(JobRequest(prompt: "first", front: true)).id
            _ = try await open.studio.moveToFront(jobs[2])
            await open.studio.resume()
            for id in jobs + [front] { try await open.ended(id) }
            #expect(drawn.withLock { $0 } == [jobs[2], front, jobs[0], jobs[1]])
        }
    }

    @Test func aRunningJobStopsWhenItIsCancelledAndKeepsNothingOfThePicture() async throws {
        try await OpenStudio.with(ScriptedEngine { $0.job == 1 ? .wait() : .draw }) { open in
            let first = try await open.studio.submit(fox)
            let second = try await open.studio.submit(fox)
            try await open.job(first.id) { $0.status == .running }
            _ = try await open.studio.cancel(first.id)
            #expect(try await open.ended(first.id, within: .seconds(1)).status == .cancelled)
            #expect(try await open.studio.cancel(first.id).status == .cancelled)
            #expect(try await open.ended(second.id).status == .done)
        }
    }

    @Test func aQueuedJobIsCancelledInTheStore() async throws {
        try await OpenStudio.with(ScriptedEngine { _ in .wait() }) { open in
            let running = try await open.studio.submit(fox)
            let queued = try await open.studio.submit(fox)
            try await open.job(running.id) { $0.status == .running }
            #expect(try await open.studio.cancel(queued.id).status == .cancelled)
            #expect(try await open.studio.job(running.id).status == .running)
            try await open.studio.cancelAll()
            #expect(try await open.ended(running.id).status == .cancelled)
        }
    }

    @Test func anEngineThatDoesNotStopIsEndedAndTheJobCountsAsCancelled() async throws {
        let engine = ScriptedEngine { _ in .fallDeaf() }
        try await OpenStudio.with(engine) { open in
            let job = try await open.studio.submit(fox)
            try await open.job(job.id) { $0.status == .running }
            _ = try await open.studio.cancel(job.id)
            let ended = try await open.ended(job.id)
            #expect(ended.status == .cancelled && ended.attempt == 1)
            #expect(await engine.ends.count == 1)
        }
    }

    @Test func stopNowDoesNotWait() async throws {
        let engine = ScriptedEngine { _ in .fallDeaf() }
        try await OpenStudio.with(engine, .test { $0.cancelGrace = .seconds(60) }) { open in
            let job = try await open.studio.submit(fox)
            try await open.job(job.id) { $0.status == .running }
            _ = try await open.studio.cancel(job.id, immediately: true)
            #expect(try await open.ended(job.id, within: .seconds(2)).status == .cancelled)
        }
    }

    @Test func aCrashCostsOneAttemptAndTheNextDrawsOnlyWhatIsMissing() async throws {
        let ordinals = Mutex<[[Int]]>([])
        let engine = ScriptedEngine { order in
            ordinals.withLock { $0.append(order.ordinals) }
            return order.attempt == 1 ? .crash(after: 2) : .draw
        }
        try await OpenStudio.with(engine) { open in
            let job = try await open.studio.submit(JobRequest(prompt: "a fox", seed: 1, count: 4))
            let ended = try await open.ended(job.id)
            #expect(ended.status == .done && ended.attempt == 2 && ended.lost == 1 && ended.images.count == 4)
            #expect(ordinals.withLock { $0 } == [[0, 1, 2, 3], [2, 3]])
        }
    }

    @Test func aJobThatEndsTheEngineTwiceFailsAndTheNextOneIsDrawn() async throws {
        try await OpenStudio.with(ScriptedEngine { $0.request.prompt == "poison" ? .crash() : .draw }) { open in
            let poison = try await open.studio.submit(JobRequest(prompt: "poison"))
            let next = try await open.studio.submit(fox)
            let ended = try await open.ended(poison.id)
            #expect(ended.status == .failed && ended.error?.code == "worker_lost" && ended.attempt == 2 && ended.lost == 2)
            #expect(try await open.ended(next.id).status == .done)
            let again = try await open.studio.retry(poison.id)
            #expect(again.status != .failed)
            #expect(try await open.ended(poison.id).attempt == 4)
        }
    }

    @Test func whatCannotBeDrawnIsNotTriedAgain() async throws {
        let refusal = StudioError(.doesNotFit, "too large", facts: ["smallestBudgetBytes": .integer(5)])
        try await OpenStudio.with(ScriptedEngine { _ in .fail(refusal) }) { open in
            let job = try await open.studio.submit(fox)
            let ended = try await open.ended(job.id)
            #expect(ended.status == .failed && ended.attempt == 1 && ended.lost == 0)
            #expect(ended.error == JobError(code: "does_not_fit", message: "too large", facts: ["smallestBudgetBytes": .integer(5)]))
        }
    }

    @Test func aRequestThatDoesNotFitIsRefusedBeforeItWaits() async throws {
        let engine = ScriptedEngine()
        await engine.refuse(StudioError(.doesNotFit, "too large"))
        try await OpenStudio.with(engine) { open in
            await #expect(throws: StudioError(.doesNotFit, "too large")) { try await open.studio.plan(fox) }
            await #expect(throws: StudioError(.doesNotFit, "too large")) { try await open.studio.submit(fox) }
            let depth = try await open.store.queueDepth()
            #expect(depth == 0)
        }
    }

    @Test func wordsOfAnAttemptThatNoLongerCountsChangeNothing() async throws {
        let engine = ScriptedEngine { $0.attempt == 1 ? .crash() : .wait() }
        try await OpenStudio.with(engine) { open in
            let job = try await open.studio.submit(fox)
            try await open.job(job.id) { $0.attempt == 2 && $0.status == .running }
            let stale = RunID(job: job.id, attempt: 1)
            await engine.say(.done(stale))
            await engine.say(.cancelled(stale))
            await engine.say(.failed(.init(stale, StudioError(.deviceFault, "late"))))
            await engine.say(.image(StagedImage(job: job.id, attempt: 1, ordinal: 0, file: "../../x", sha256: "", byteCount: 0)))
            await engine.say(.pong(-1))
            try await Task.sleep(for: .milliseconds(100))
            #expect(try await open.studio.job(job.id).status == .running)
        }
    }

    @Test func anEngineThatLiesAboutItsFilesIsEnded() async throws {
        let engine = ScriptedEngine { $0.attempt == 1 ? .lie : .draw }
        try await OpenStudio.with(engine) { open in
            let job = try await open.studio.submit(fox)
            let ended = try await open.ended(job.id)
            #expect(ended.status == .done && ended.lost == 1)
            #expect(await engine.ends == ["it left a file that is not what it said"])
        }
    }

    @Test func aPauseLetsThePictureEndAndTheRestWaits() async throws {
        let engine = ScriptedEngine { $0.attempt == 1 ? .wait(after: 1) : .draw }
        try await OpenStudio.with(engine) { open in
            let job = try await open.studio.submit(JobRequest(prompt: "a fox", count: 3))
            try await open.job(job.id) { $0.images.count == 1 }
            await open.studio.pause()
            let waiting = try await open.job(job.id) { $0.status == .queued }
            #expect(waiting.lost == 0)
            #expect(try await open.studio.status().queue == QueueStatus(paused: true, depth: 1))
            await open.studio.release()
            #expect(await engine.orders.contains(.release))
            await open.studio.resume()
            #expect(try await open.ended(job.id).images.count == 3)
        }
    }

    @Test func aStopGivesTheJobBackWithoutCountingItAsLost() async throws {
        let (id, store) = try await OpenStudio.with(ScriptedEngine { _ in .wait(after: 1) }) { open in
            let job = try await open.studio.submit(JobRequest(prompt: "a fox", count: 2))
            try await open.job(job.id) { $0.images.count == 1 }
            return (job.id, open.store)
        }
        let job = try await store.job(id)
        #expect(job.status == .queued && job.lost == 0 && job.attempt == 1 && job.images.count == 1)
    }

    @Test func aStopEndsAnEngineThatDoesNotAnswer() async throws {
        let (id, store) = try await OpenStudio.with(ScriptedEngine { _ in .fallDeaf() }) { open in
            let job = try await open.studio.submit(fox)
            try await open.job(job.id) { $0.status == .running }
            return (job.id, open.store)
        }
        let job = try await store.job(id)
        #expect(job.status == .queued && job.lost == 0)
    }

    @Test func nothingBeginsOnAFullDisk() async throws {
        try await OpenStudio.with(ScriptedEngine(), .test { $0.minimumFreeBytes = .max }) { open in
            let error = await #expect(throws: StudioError.self) { try await open.studio.submit(fox) }
            #expect(error?.code == .diskFull && error?.facts?["minimumFreeBytes"] == .integer(.max))
            let queued = try await open.store.submit(NewJob(request: try JSONText(encoding: ["prompt": "a"]))).job
            await open.studio.resume()
            try await Task.sleep(for: .milliseconds(300))
            #expect(try await open.studio.status().queue.depth == 1)
            #expect(try await open.store.job(queued.id).status == .queued)
        }
    }

    @Test func aFullQueueRefuses() async throws {
        try await OpenStudio.with(ScriptedEngine(), .test { $0.queueLimit = 2 }) { open in
            await open.studio.pause()
            for _ in 0..<2 { _ = try await open.studio.submit(fox) }
            let error = await #expect(throws: StudioError.self) { try await open.studio.submit(fox) }
            #expect(error?.code == .queueFull)
        }
    }

    @Test func aKeyIsOneJob() async throws {
        try await OpenStudio.with(ScriptedEngine()) { open in
            await open.studio.pause()
            let request = JobRequest(prompt: "a fox")
            let first = try await open.studio.submit(request, idempotencyKey: "k")
            let second = try await open.studio.submit(request, idempotencyKey: "k")
            #expect(first == second)
            let error = await #expect(throws: StudioError.self) {
                try await open.studio.submit(JobRequest(prompt: "another"), idempotencyKey: "k")
            }
            #expect(error?.code == .conflict)
        }
    }

    @Test func aStormOfCancellationsLeavesOneEndEach() async throws {
        try await OpenStudio.with(ScriptedEngine { $0.job.isMultiple(of: 3) ? .wait() : .draw }) { open in
            var jobs: [Int64] = []
            for _ in 0..<30 { jobs.append(try await open.studio.submit(JobRequest(prompt: "a fox", count: 2)).id) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in jobs + jobs.reversed() {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0..<60)))
                        _ = try await open.studio.cancel(id)
                    }
                }
                try await group.waitForAll()
            }
            for id in jobs {
                let job = try await open.ended(id)
                #expect(job.status == .cancelled || job.status == .done && job.images.count == 2)
            }
            #expect(try open.staged.isEmpty)
            #expect(try await open.studio.lists().jobs.isEmpty)
            #expect(try await open.studio.status().progress == nil)
        }
    }

    @Test func aJobOfAnotherVersionFailsAndDoesNotBlockTheQueue() async throws {
        try await OpenStudio.with(ScriptedEngine()) { open in
            let strange = try await open.store.submit(NewJob(request: try JSONText(encoding: ["text": "a"]))).job
            let job = try await open.studio.submit(fox)
            #expect(try await open.ended(job.id).status == .done)
            #expect(try await open.store.job(strange.id).error?.code == "invalid_request")
        }
    }
}
