import FoundationEssentials
import Gallery
import HistoryFixtures
import SystemPackage
import Testing

@testable import History

/// A crash after each step of saving a picture, and what the next start makes of it.
struct ReconcileTests {
    private let open: OpenFolder

    init() throws { open = try OpenFolder() }

    private struct PowerCut: Error {}

    /// The state after the process ended here: the store is opened anew, without being closed, on the same files.
    private func reconcile(at now: Timestamp = .now) async throws -> Reconciliation {
        try await open.folder.reconcile(with: open.store, at: now)
    }

    @Test func `before staging ended: the job waits again and staging is empty`() async throws {
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt)
        try open.write([1, 2, 3], "staging/.sluice-1-ab.part")
        let result = try await reconcile()
        #expect(result.lostJobs.map(\.status) == [.queued] && result.lostJobs[0].lost == 1)
        #expect(result.unstaged == [".sluice-1-ab.part", staged.name] && result.adopted.isEmpty && result.missing.isEmpty)
        #expect(try open.files("staging").isEmpty && open.files("images").isEmpty)
    }

    @Test func `after the move, before the commit: the picture is adopted and its job done, not drawn twice`() async throws {
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt)
        try await moveWithoutCommit(staged, attempt)
        #expect(try await open.store.job(job.id).images.isEmpty)
        let result = try await reconcile()
        #expect(result.adopted == [1] && result.setAside.isEmpty)
        #expect(result.lostJobs.map(\.status) == [.done])
        let image = try await open.store.image(1)
        #expect(image.sha256 == staged.sha256 && image.job == job.id)
        #expect(SHA256.hexadecimal(of: try open.folder.bytes(of: image)) == staged.sha256)
        #expect(try await open.store.claim(worker: "w", lease: .seconds(1)) == nil)
    }

    @Test func `after the move of one of three: the next attempt draws the other two`() async throws {
        let (job, attempt) = try await open.claim(count: 3)
        _ = try await open.adopt(open.stage(job, attempt, ordinal: 0), attempt)
        try await moveWithoutCommit(open.stage(job, attempt, ordinal: 1), attempt)
        _ = try await reconcile()
        let again = try #require(try await open.store.claim(worker: "w", lease: .seconds(30)))
        #expect(again.attempt == 2 && again.missingOrdinals == [2])
    }

    @Test func `after the commit: everything is as it was`() async throws {
        let image = try await open.picture()
        let result = try await reconcile()
        #expect(result == Reconciliation())
        #expect(try await open.store.image(image.id) == image)
        #expect(try await reconcile() == Reconciliation())
    }

    @Test func `a second lost attempt fails the job with worker_lost`() async throws {
        _ = try await open.claim()
        _ = try await reconcile()
        _ = try await open.store.claim(worker: "w", lease: .seconds(30))
        let result = try await reconcile()
        #expect(result.lostJobs.map(\.status) == [.failed] && result.lostJobs[0].error?.code == "worker_lost")
    }

    @Test func `a picture of a job that was stopped is set aside, not saved`() async throws {
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt)
        try await moveWithoutCommit(staged, attempt)
        _ = try await open.store.cancel(job.id)
        #expect(try await reconcile().setAside.isEmpty)
        let result = try await reconcile(at: .now + 3_601_000)
        #expect(result.setAside == ["2027/01/1-\(staged.sha256.prefix(8)).png"])
        #expect(try await open.store.job(job.id).status == .cancelled)
    }

    @Test func `a file whose place another picture of its job has is set aside at once`() async throws {
        let (job, attempt) = try await open.claim()
        let lost = try open.stage(job, attempt)
        try await moveWithoutCommit(lost, attempt)
        _ = try await open.store.lose(attempt)
        let again = try #require(try await open.store.claim(worker: "w", lease: .seconds(30)))
        let second = try #require(again.currentAttempt)
        guard case .stored(let image, _) = try await open.adopt(open.stage(again, second), second) else {
            Issue.record("not stored")
            return
        }
        let result = try await reconcile()
        #expect(result.setAside.count == 1 && result.adopted.isEmpty)
        #expect(try open.files("images") == [image.blob] && open.files("aside") == result.setAside)
    }

    @Test func `files that nobody knows are set aside after the grace time, never deleted, never overwritten`() async throws {
        let image = try await open.picture()
        try open.write([1], "images/2027/01/holiday.png")
        try open.write([2], "images/notes.txt")
        let copy = try open.folder.bytes(of: image)
        try open.write(copy, "images/2027/01/77-copy.png")
        let early = try await reconcile()
        #expect(early == Reconciliation())
        let strangers = ["2027/01/77-copy.png", "2027/01/holiday.png", "notes.txt"]
        #expect(try await reconcile(at: .now + 3_601_000).setAside == strangers)
        try open.write([3], "images/notes.txt")
        #expect(try await reconcile(at: .now + 3_601_000).setAside == ["notes.txt"])
        #expect(try open.files("aside") == strangers + ["notes.txt.1"])
        #expect(try open.files("images") == [image.blob])
    }

    @Test func `a picture of another database is set aside`() async throws {
        let (job, attempt) = try await open.claim()
        var staged = try open.stage(job, attempt)
        var foreign = staged.record
        foreign.origin.database = "another"
        staged = try open.stage(foreign, staged.name)
        #expect(try await open.adopt(staged, attempt) == .refused)
        staged = try open.stage(foreign, staged.name)
        try open.write(
            Array(Data(contentsOf: URL(filePath: open.folder.stagingPath.appending(staged.name).string))), "images/2027/01/9-x.png")
        #expect(try await reconcile(at: .now + 3_601_000).setAside == ["2027/01/9-x.png"])
    }

    @Test func `rows whose file is gone or cut short are marked, and unmarked when it is back`() async throws {
        let (gone, cut) = (try await open.picture(seed: 1), try await open.picture(seed: 2))
        let bytes = (try open.folder.bytes(of: gone), try open.folder.bytes(of: cut))
        try FileManager.default.removeItem(atPath: open.folder.path.appending("images/" + gone.blob).string)
        try open.write(Array(bytes.1.dropLast()), "images/" + cut.blob)
        #expect(try await reconcile(at: .now + 3_601_000).missing == [gone.id, cut.id])
        #expect(try await open.store.image(gone.id).missing)
        #expect(try await reconcile() == Reconciliation())
        try open.write(bytes.0, "images/" + gone.blob)
        try open.write(bytes.1, "images/" + cut.blob)
        #expect(try await reconcile().found == [gone.id, cut.id])
        #expect(try await !open.store.image(cut.id).missing)
    }

    @Test func `a purge that was cut off is finished by the next one`() async throws {
        let image = try await open.picture()
        _ = try await open.store.trash(image.id)
        try FileManager.default.removeItem(atPath: open.folder.path.appending("images/" + image.blob).string)
        #expect(try await reconcile().missing == [image.id])
        #expect(try await open.folder.purgeTrash(of: open.store, olderThan: .zero, at: open.clock.now) == [image.id])
    }

    @Test func `a file is put back when its row was not committed`() async throws {
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt)
        let full = HistoryError.diskFull(freeBytes: nil, minimumBytes: nil)
        await #expect(throws: full) { try await adopt(staged, attempt, into: FailingStore(open.store, full)) }
        #expect(try open.files("staging") == [staged.name] && open.files("images").isEmpty)
        guard case .stored = try await open.adopt(staged, attempt) else { throw OpenFolder.NotStored() }
    }

    @Test func `a file stays in its place when its row may be committed all the same`() async throws {
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt)
        let broken = HistoryError.database(code: 1034, message: "disk I/O error")
        await #expect(throws: broken) { try await adopt(staged, attempt, into: FailingStore(open.store, broken)) }
        #expect(try open.files("staging").isEmpty && open.files("images").count == 1)
        _ = try await open.store.fail(attempt, JobError(code: "device_fault", message: "disk I/O error"))
        #expect(try await reconcile().adopted == [1])
        #expect(try await open.store.job(job.id).status == .done)
    }

    private func adopt(_ staged: OpenFolder.Staged, _ attempt: Attempt, into store: FailingStore) async throws {
        _ = try await open.folder.adopt(
            staged: staged.name, attempt: attempt, sha256: staged.sha256, byteCount: staged.byteCount, into: store)
    }

    /// Everything that `adopt` does before the commit.
    private func moveWithoutCommit(_ staged: OpenFolder.Staged, _ attempt: Attempt) async throws {
        let image = NewImage(record: staged.record, sha256: staged.sha256, byteCount: staged.byteCount)
        let (from, images) = (open.folder.stagingPath.appending(staged.name), open.folder.path.appending("images"))
        await #expect(throws: PowerCut.self) {
            try await open.store.insert(image, attempt: attempt) { blob in
                let to = images.appending(blob)
                try FileManager.default.createDirectory(atPath: to.removingLastComponent().string, withIntermediateDirectories: true)
                try FileManager.default.moveItem(atPath: from.string, toPath: to.string)
                throw PowerCut()
            }
        }
    }

    /// Fails at the end of a transaction, as disks do.
    private struct FailingStore: HistoryStore {
        let store: SQLiteStore
        let error: HistoryError
        var databaseID: String { store.databaseID }
        var revision: Int { store.revision }

        init(_ store: SQLiteStore, _ error: HistoryError) {
            self.store = store
            self.error = error
        }

        func insert(
            _ image: NewImage, attempt: Attempt?, place: @escaping @Sendable (String) throws -> Void
        ) async throws -> Insertion {
            try await store.insert(image, attempt: attempt) { [error] blob in
                try place(blob)
                throw error
            }
        }

        func images(_ query: ImageQuery, after cursor: PageCursor?, limit: Int) async throws -> ImagePage {
            try await store.images(query, after: cursor, limit: limit)
        }
        func image(_ id: Int64) async throws -> ImageRecord { try await store.image(id) }
        func report(_ id: Int64) async throws -> JSONText? { try await store.report(id) }
        func image(sha256: String) async throws -> ImageRecord? { try await store.image(sha256: sha256) }
        func setStarred(_ id: Int64, _ starred: Bool) async throws -> ImageRecord { try await store.setStarred(id, starred) }
        func trash(_ id: Int64) async throws -> ImageRecord { try await store.trash(id) }
        func restore(_ id: Int64) async throws -> ImageRecord { try await store.restore(id) }
        func trashed(before time: Timestamp) async throws -> [ImageRecord] { try await store.trashed(before: time) }
        func purge(
            _ id: Int64, ifTrashedBefore time: Timestamp?, remove: @escaping @Sendable (ImageRecord) throws -> Void
        ) async throws -> Bool { try await store.purge(id, ifTrashedBefore: time, remove: remove) }
        func blobs() async throws -> [StoredBlob] { try await store.blobs() }
        func setMissing(_ ids: [Int64], _ missing: Bool) async throws { try await store.setMissing(ids, missing) }
        func imageTotals() async throws -> ImageTotals { try await store.imageTotals() }
    }
}
