import History
import HistoryFixtures
import Testing

/// What every driver promises about jobs.
@Suite struct JobStoreContractTests {
    @Test(arguments: Driver.allCases)
    func `jobs are claimed by priority, then age, whatever the clock says`(driver: Driver) async throws {
        let open = try driver.open()
        for index in 1...3 {
            try await open.store.submit(.sample("\(index)"))
            open.clock.advance(-3_600_000)
        }
        try await open.store.submit(.sample("front", front: true))
        try await open.store.submit(.sample("before front", front: true))
        #expect(try await open.store.activeJobs().map(\.id) == [5, 4, 1, 2, 3])
        #expect(try await open.store.activeJobs().map(\.position) == [1, 2, 3, 4, 5])
        var order: [Int64] = []
        while let job = try await open.store.claim(worker: "w", lease: .seconds(30)) {
            #expect(job.status == .running && job.attempt == 1 && job.worker == "w" && job.position == nil)
            #expect(job.leaseUntil == open.clock.now + 30_000 && job.startedAt == open.clock.now)
            order.append(job.id)
        }
        #expect(order == [5, 4, 1, 2, 3])
    }

    @Test(arguments: Driver.allCases)
    func `many claimers never get one job twice`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        for index in 0..<120 { try await store.submit(.sample("\(index)")) }
        let claimed = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for worker in 0..<16 {
                group.addTask {
                    var mine: [Int64] = []
                    while let job = try await store.claim(worker: "w\(worker)", lease: .seconds(30)) {
                        #expect(job.worker == "w\(worker)" && job.attempt == 1)
                        mine.append(job.id)
                    }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.sorted() == Array(1...120))
    }

    @Test(arguments: Driver.allCases)
    func `a key brings back its job for the same body and is refused for another`(driver: Driver) async throws {
        let store = try driver.open().store
        var new = try NewJob.sample("seed drawn for the first")
        new.idempotencyKey = "k"
        new.body = try JSONText(encoding: ["prompt": "fox"])
        let (first, isNew) = try await store.submit(new)
        #expect(isNew)
        new.request = try JSONText(encoding: ["prompt": "seed drawn for the second"])
        let again = try await store.submit(new)
        #expect(!again.isNew && again.job == first)
        var other = new
        other.body = try JSONText(encoding: ["prompt": "cat"])
        await #expect(throws: HistoryError.idempotencyConflict(job: first.id)) { try await store.submit(other) }
        other.owner = "somebody else"
        #expect(try await store.submit(other).isNew)
        other.idempotencyKey = nil
        #expect(try await store.submit(other).isNew)
        #expect(try await store.submit(other).isNew)
    }

    @Test(arguments: Driver.allCases)
    func `a key still brings back its job when that has ended`(driver: Driver) async throws {
        let open = try driver.open()
        var new = try NewJob.sample()
        new.idempotencyKey = "k"
        let (_, attempt) = try await open.claimed(new)
        let done = try await open.store.finish(attempt)
        #expect(done?.status == .done)
        #expect(try await open.store.submit(new).job == done)
    }

    @Test(arguments: Driver.allCases)
    func `a stale attempt changes nothing`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (_, old) = try await open.claimed(.sample())
        _ = try await store.lose(old)
        let (job, attempt) = try await open.claim(by: "w")
        #expect(attempt.number == 2 && attempt.worker == old.worker)
        for stale in [old, Attempt(job: job.id, worker: "other", number: 2), Attempt(job: 99, worker: "w", number: 1)] {
            #expect(try await store.renew(stale, lease: .seconds(1)) == .lost)
            #expect(try await store.finish(stale) == nil)
            #expect(try await store.fail(stale, JobError(code: "device_fault", message: "x")) == nil)
            #expect(try await store.cancelled(stale) == nil)
            #expect(try await store.lose(stale) == nil)
            #expect(try await store.giveBack(stale) == nil)
        }
        #expect(try await store.job(job.id) == job)
    }

    @Test(arguments: Driver.allCases)
    func `the second lost attempt fails the job, and a retry forgives both`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (_, first) = try await open.claimed(.sample())
        let queued = try #require(try await store.lose(first))
        #expect(queued.status == .queued && queued.lost == 1 && queued.worker == nil && queued.leaseUntil == nil && queued.position == 1)
        let (_, second) = try await open.claim()
        open.clock.advance(5)
        let failed = try #require(try await store.lose(second))
        #expect(failed.status == .failed && failed.lost == 2 && failed.error?.code == "worker_lost")
        #expect(failed.error?.facts == ["lost": .integer(2)] && failed.endedAt == open.clock.now)
        let retried = try await store.retry(failed.id)
        #expect(retried.status == .queued && retried.lost == 0 && retried.error == nil && retried.endedAt == nil)
        #expect(try await open.claim().1.number == 3)
    }

    @Test(arguments: Driver.allCases)
    func `an orderly stop gives the job back uncounted`(driver: Driver) async throws {
        let open = try driver.open()
        for number in 1...5 {
            let (_, attempt) = number == 1 ? try await open.claimed(.sample()) : try await open.claim()
            #expect(attempt.number == number)
            let job = try #require(try await open.store.giveBack(attempt))
            #expect(job.status == .queued && job.lost == 0)
        }
    }

    @Test(arguments: Driver.allCases)
    func `a queued job is cancelled at once, a running one asked, an ended one left alone`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let queued = try await store.submit(.sample()).job
        let cancelled = try await store.cancel(queued.id)
        #expect(cancelled.status == .cancelled && cancelled.endedAt == open.clock.now)
        #expect(try await store.cancel(queued.id) == cancelled)

        let (running, attempt) = try await open.claimed(.sample())
        #expect(try await store.renew(attempt, lease: .seconds(30)) == .held(cancelRequested: false))
        let asked = try await store.cancel(running.id)
        #expect(asked.status == .running && asked.cancelRequested)
        #expect(try await store.cancel(running.id) == asked)
        #expect(try await store.renew(attempt, lease: .seconds(30)) == .held(cancelRequested: true))
        #expect(try await store.cancelled(attempt)?.status == .cancelled)

        let (_, done) = try await open.claimed(.sample())
        let ended = try await store.finish(done)
        #expect(try await store.cancel(done.job) == ended)
        await #expect(throws: HistoryError.jobNotFound(99)) { try await store.cancel(99) }
    }

    @Test(arguments: Driver.allCases)
    func `a stop that was asked for beats another try`(driver: Driver) async throws {
        let open = try driver.open()
        let (_, lost) = try await open.claimed(.sample())
        _ = try await open.store.cancel(lost.job)
        #expect(try await open.store.lose(lost)?.status == .cancelled)
        let (_, given) = try await open.claimed(.sample())
        _ = try await open.store.cancel(given.job)
        #expect(try await open.store.giveBack(given)?.status == .cancelled)
        let retried = try await open.store.retry(given.job)
        #expect(retried.status == .queued && !retried.cancelRequested)
    }

    @Test(arguments: Driver.allCases)
    func `attempts whose lease ran out are lost, renewed ones are not`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (_, expired) = try await open.claimed(.sample(), lease: .seconds(30))
        let (_, renewed) = try await open.claimed(.sample(), lease: .seconds(30))
        open.clock.advance(30_000)
        #expect(try await store.reapExpired().isEmpty)
        #expect(try await store.renew(renewed, lease: .seconds(30)) == .held(cancelRequested: false))
        open.clock.advance(1)
        #expect(try await store.reapExpired().map(\.id) == [expired.job])
        #expect(try await store.renew(expired, lease: .seconds(30)) == .lost)
        #expect(try await store.job(expired.job).lost == 1)
        #expect(try await store.loseRunning().map(\.id) == [renewed.job])
    }

    @Test(arguments: Driver.allCases)
    func `only failed and cancelled jobs are retried, only queued ones moved, running ones never deleted`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (running, attempt) = try await open.claimed(.sample())
        let queued = try await store.submit(.sample()).job
        let last = try await store.submit(.sample()).job
        for id in [running.id, queued.id] {
            await #expect(throws: HistoryError.self) { try await store.retry(id) }
        }
        await #expect(throws: HistoryError.wrongStatus(job: running.id, status: .running, operation: "move to front")) {
            try await store.moveToFront(running.id)
        }
        #expect(try await store.moveToFront(last.id).position == 1)
        #expect(try await store.job(queued.id).position == 2)
        await #expect(throws: HistoryError.wrongStatus(job: running.id, status: .running, operation: "deletion")) {
            try await store.delete(running.id)
        }
        try await store.delete(queued.id)
        await #expect(throws: HistoryError.jobNotFound(queued.id)) { try await store.job(queued.id) }
        _ = try await store.fail(
            attempt, JobError(code: "device_fault", message: "ECC", facts: ["device": .text("cuda:0"), "x": .number(0.5)]))
        let failed = try await store.job(running.id)
        #expect(failed.error == JobError(code: "device_fault", message: "ECC", facts: ["device": .text("cuda:0"), "x": .number(0.5)]))
        #expect(try await store.retry(running.id).status == .queued)
    }

    @Test(arguments: Driver.allCases)
    func `a deleted job leaves its pictures`(driver: Driver) async throws {
        let open = try driver.open()
        let image = try await open.picture()
        try await open.store.delete(try #require(image.job))
        let orphan = try await open.store.image(image.id)
        #expect(orphan.job == nil && orphan.sha256 == image.sha256)
    }

    @Test(arguments: Driver.allCases)
    func `ended jobs come newest first in pages, and states are counted`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        for index in 0..<5 {
            let (_, attempt) = try await open.claimed(.sample("\(index)"))
            _ = index == 2 ? try await store.fail(attempt, JobError(code: "x", message: "y")) : try await store.finish(attempt)
        }
        #expect(try await store.oldestQueued() == nil)
        let (running, _) = try await open.claimed(.sample())
        let waiting = try await store.submit(.sample()).job
        open.clock.advance(1000)
        try await store.submit(.sample())
        #expect(try await store.endedJobs(before: nil, limit: 3).map(\.id) == [5, 4, 3])
        #expect(try await store.endedJobs(before: 3, limit: 3).map(\.id) == [2, 1])
        #expect(try await store.activeJobs().map(\.id) == [running.id, waiting.id, 8])
        #expect(try await store.jobCounts() == [.done: 4, .failed: 1, .running: 1, .queued: 2])
        #expect(try await store.queueDepth() == 2)
        #expect(try await store.oldestQueued() == waiting.createdAt)
    }
}
