import History
import HistoryFixtures
import Synchronization
import SystemPackage
import TestFixtures
import Testing

/// Every driver that the contract suites run against.
enum Driver: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, memory

    var testDescription: String { rawValue }

    func open() throws -> OpenStore {
        let folder = try TemporaryFolder(inMemory: true)
        let clock = Clock()
        let now: @Sendable () -> Timestamp = { clock.now }
        let store: any JobStore & HistoryStore =
            switch self {
            case .sqlite: try SQLiteStore(at: folder.path.appending("store.sqlite"), now: now)
            case .memory: InMemoryStore(now: now)
            }
        return OpenStore(store: store, clock: clock, folder: folder)
    }
}

/// A clock that moves when told.
final class Clock: Sendable {
    private let time = Mutex<Timestamp>(1_800_000_000_000)

    var now: Timestamp { time.withLock(\.self) }

    func advance(_ milliseconds: Timestamp) { time.withLock { $0 += milliseconds } }
}

struct OpenStore {
    let store: any JobStore & HistoryStore
    let clock: Clock
    /// Lives as long as the store's file is needed.
    let folder: TemporaryFolder

    /// Submits a job and has it claimed.
    func claimed(_ job: NewJob, by worker: String = "w", lease: Duration = .seconds(30)) async throws -> (JobRecord, Attempt) {
        _ = try await store.submit(job)
        return try await claim(by: worker, lease: lease)
    }

    func claim(by worker: String = "w", lease: Duration = .seconds(30)) async throws -> (JobRecord, Attempt) {
        guard let job = try await store.claim(worker: worker, lease: lease), let attempt = job.currentAttempt else {
            throw NothingToClaim()
        }
        return (job, attempt)
    }

    struct NothingToClaim: Error {}

    /// Stores one picture of a job of its own.
    @discardableResult
    func picture(
        _ prompt: String = "a red fox in fresh snow", seed: UInt64 = 42, at time: Timestamp? = nil, parent: ImageRecord? = nil
    ) async throws -> ImageRecord {
        let (job, attempt) = try await claimed(.sample(prompt))
        let record = try PictureRecord.sample(
            job, database: store.databaseID, prompt: prompt, seed: seed, createdAt: time ?? clock.now, parentSHA256: parent?.sha256)
        guard case .stored(let image, _) = try await store.insert(.sample(record), attempt: attempt, place: { _ in }) else {
            throw NothingToClaim()
        }
        return image
    }
}
