import History
import HistoryFixtures
import TestFixtures
import Testing

/// Random work on all drivers at once: whatever one answers, the others answer too.
struct DriverAgreementTests {
    private var source = Mutator.fromEnvironment()

    @Test(arguments: Mutator.rounds(6))
    mutating func `drivers agree on every answer to random work`(sequence: Int) async throws {
        source = Mutator(seed: source.seed &+ UInt64(sequence))
        let seed = source.seed
        let stores = try Driver.allCases.map { try $0.open() }
        var done: [String] = []
        var stored = 0
        for _ in 0..<250 {
            let operation = Operation(from: &source)
            done.append("\(operation)")
            var answers: [String] = []
            for open in stores { answers.append(await operation.answer(of: open)) }
            if answers[0].hasPrefix("stored") { stored += 1 }
            try #require(Set(answers).count == 1, "SLUICE_FUZZ_SEED=\(seed - UInt64(sequence)), after \(done.suffix(12)): \(answers)")
        }
        // Work that stores nothing would show nothing.
        #expect(stored > 1)
    }
}

private enum Operation {
    case submit(key: String?, body: Int, count: Int, front: Bool)
    case claim, reap, loseRunning, active
    case ended(Int64?)
    case counts
    case attempt(Change, job: Int64, number: Int)
    case job(Control, Int64)
    case insert(job: Int64, number: Int, ordinal: Int, seed: UInt64, fenced: Bool, parent: Int64)
    case image(Curation, Int64)
    case page(ImageQuery)
    case wait(Int64)

    enum Change: CaseIterable { case renew, finish, fail, cancelled, lose, giveBack }
    enum Control: CaseIterable { case cancel, retry, front, delete, read }
    enum Curation: CaseIterable { case star, unstar, trash, restore, purge, purgeTrashed, read, miss }

    init(from source: inout Mutator) {
        let (job, number) = (Int64.random(in: 1...8, using: &source), Int.random(in: 1...3, using: &source))
        switch Int.random(in: 0..<24, using: &source) {
        case 0...2:
            let key = ["a", "b", nil, nil].randomElement(using: &source) ?? nil
            self = .submit(key: key, body: number % 2, count: number, front: Bool.random(using: &source))
        case 3...5: self = .claim
        case 6: self = .reap
        case 7: self = .wait(Int64.random(in: 0...40_000, using: &source))
        case 8: self = .active
        case 9: self = [.ended(nil), .ended(job), .counts, .loseRunning].randomElement(using: &source) ?? .counts
        case 10...12: self = .attempt(Change.allCases.randomElement(using: &source) ?? .renew, job: job, number: number)
        case 13...14: self = .job(Control.allCases.randomElement(using: &source) ?? .read, job)
        case 15...19:
            self = .insert(
                job: job, number: number, ordinal: Int.random(in: -1...2, using: &source), seed: UInt64(number),
                fenced: Int.random(in: 0..<8, using: &source) > 0, parent: Int64.random(in: 0...12, using: &source))
        case 20...21: self = .image(Curation.allCases.randomElement(using: &source) ?? .read, Int64.random(in: 1...12, using: &source))
        default:
            self = .page(
                ImageQuery(
                    text: ["", "fox", "2", "none"].randomElement(using: &source) ?? "", starredOnly: number == 1,
                    seed: number == 2 ? 3 : nil,
                    trashed: number == 3))
        }
    }

    func answer(of open: OpenStore) async -> String {
        do { return "\(try await result(in: open))" } catch { return "\(error)" }
    }

    private func result(in open: OpenStore) async throws -> Any {
        let store = open.store
        switch self {
        case .submit(let key, let body, let count, let front):
            var job = try NewJob.sample("\(body)", count: count, front: front)
            job.idempotencyKey = key
            return try await store.submit(job)
        case .claim: return try await store.claim(worker: "w", lease: .seconds(30)) as Any
        case .reap: return try await store.reapExpired()
        case .loseRunning: return try await store.loseRunning()
        case .active: return try await store.activeJobs()
        case .ended(let cursor): return try await store.endedJobs(before: cursor, limit: 3)
        case .counts:
            return try await (store.jobCounts().sorted { "\($0)" < "\($1)" }, store.queueDepth(), store.oldestQueued(), store.imageTotals())
        case .attempt(let change, let job, let number):
            return try await Self.result(of: change, Attempt(job: job, worker: "w", number: number), in: store) as Any
        case .job(let control, let id): return try await Self.result(of: control, id, in: store)
        case .insert(let job, let number, let ordinal, let seed, let isFenced, let parent):
            let running = try await store.activeJobs().first { $0.status == .running && job < 7 }
            let row = if let running { running } else { try await store.job(job) }
            var record = try PictureRecord.sample(
                row, ordinal: ordinal, database: store.databaseID, prompt: "fox \(seed)", seed: seed,
                createdAt: open.clock.now / 10_000)
            record.origin.parentSHA256 = try? await store.image(parent).sha256
            let stale = Attempt(job: row.id, worker: "w", number: number)
            let attempt = isFenced ? number == 3 ? stale : row.currentAttempt ?? stale : nil
            return try await store.insert(.sample(record), attempt: attempt) { _ in }
        case .image(let curation, let id): return try await Self.result(of: curation, id, in: store, at: open.clock.now)
        case .page(let query):
            let page = try await store.images(query, after: nil, limit: 3)
            guard let next = page.next else { return page }
            return (page, try await store.images(query, after: next, limit: 3))
        case .wait(let time):
            open.clock.advance(time)
            return open.clock.now
        }
    }

    private static func result(of change: Change, _ attempt: Attempt, in store: any JobStore) async throws -> Any? {
        switch change {
        case .renew: try await store.renew(attempt, lease: .seconds(20))
        case .finish: try await store.finish(attempt)
        case .fail: try await store.fail(attempt, JobError(code: "device_fault", message: "x", facts: ["n": .integer(attempt.number)]))
        case .cancelled: try await store.cancelled(attempt)
        case .lose: try await store.lose(attempt)
        case .giveBack: try await store.giveBack(attempt)
        }
    }

    private static func result(of control: Control, _ id: Int64, in store: any JobStore) async throws -> Any {
        switch control {
        case .cancel: try await store.cancel(id)
        case .retry: try await store.retry(id)
        case .front: try await store.moveToFront(id)
        case .delete: try await store.delete(id)
        case .read: try await store.job(id)
        }
    }

    private static func result(of curation: Curation, _ id: Int64, in store: any HistoryStore, at now: Timestamp) async throws -> Any {
        switch curation {
        case .star, .unstar: try await store.setStarred(id, curation == .star)
        case .trash: try await store.trash(id)
        case .restore: try await store.restore(id)
        case .purge, .purgeTrashed: try await store.purge(id, ifTrashedBefore: curation == .purge ? nil : now - 1) { _ in }
        case .read: try await (store.image(id), store.report(id), store.blobs())
        case .miss: try await store.setMissing([id], true)
        }
    }
}
