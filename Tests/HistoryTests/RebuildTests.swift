import FoundationEssentials
import Gallery
import HistoryFixtures
import SystemPackage
import TestFixtures
import Testing

@testable import History

struct RebuildTests {
    private let parent: TemporaryFolder
    private let path: FilePath

    init() throws {
        parent = try TemporaryFolder(inMemory: true)
        path = parent.path.appending("data")
    }

    @Test func `rows made from a thousand pictures alone equal those that were lost, but for stars and trash`() async throws {
        var (rows, reports, jobs) = ([ImageRecord](), [JSONText?](), [JobRecord]())
        var identity = ""
        do {
            let open = try OpenFolder(at: path)
            identity = open.store.databaseID
            try await draw(1000, in: open)
            for row in try await Self.rows(of: open.store) {
                rows.append(row)
                reports.append(try await open.store.report(row.id))
            }
            jobs = try await open.store.endedJobs(before: nil, limit: 1000)
            for id in [3, 500] as [Int64] { _ = try await open.store.setStarred(id, true) }
            _ = try await open.store.trash(7)
            try open.store.close()
        }
        try parent.remove("data/sluice.sqlite")
        let folder = try DataFolder(at: path)
        #expect(throws: HistoryError.databaseMissing(path: path.appending("sluice.sqlite"))) { try folder.openStore() }
        let rebuild = try await folder.rebuildDatabase()
        #expect(rebuild == Rebuild(images: 1000, jobs: jobs.count, unreadable: []))
        let store = try folder.openStore()
        #expect(store.databaseID == identity)
        let made = try await Self.rows(of: store)
        #expect(made.map(\.id) == rows.map(\.id))
        for ((row, lost), report) in zip(zip(made, rows), reports) {
            #expect(row == lost)
            #expect(try await store.report(row.id) == report)
        }
        #expect(
            try await store.endedJobs(before: nil, limit: 1000)
                == jobs.map { job in
                    var job = job
                    // When it was taken up is not written anywhere; it ended when its last picture was drawn.
                    (job.startedAt, job.endedAt) = (nil, rows.last { $0.job == job.id }?.createdAt)
                    return job
                })
        let next = try await store.submit(.sample()).job
        #expect(next.id > jobs[0].id)
        #expect(try await folder.reconcile(with: store, at: .now + 3_601_000) == Reconciliation())
    }

    @Test func `the database that was there goes to the backups, also a damaged one`() async throws {
        let open = try OpenFolder(at: path)
        let image = try await open.picture()
        try open.store.close()
        try open.write(Array("damaged".utf8), "sluice.sqlite")
        #expect(throws: HistoryError.self) { try open.folder.openStore() }
        _ = try await open.folder.rebuildDatabase(at: 77)
        #expect(try parent.contents("data/backup/replaced-77.sqlite") == Array("damaged".utf8))
        #expect(try await open.folder.openStore().image(image.id).sha256 == image.sha256)
    }

    @Test func `pictures of other databases, copies and strangers stay pictures, without a job`() async throws {
        let open = try OpenFolder(at: path)
        let (first, second) = (try await open.picture(seed: 1), try await open.picture(seed: 2))
        let bytes = try open.folder.bytes(of: first)
        try open.write(bytes, "images/2027/01/copy of a fox.png")
        try open.write([1, 2, 3], "images/2027/01/9-0000.png")
        let (job, attempt) = try await open.claim()
        var foreign = try PictureRecord.sample(job, database: "another", seed: 5)
        foreign.origin.job = 1
        let staged = try open.stage(foreign, DataFolder.stagedName(attempt, ordinal: 0))
        try open.write(try parent.contents("data/staging/" + staged.name), "images/2027/01/1-foreign.png")
        try open.store.close()
        let rebuild = try await open.folder.rebuildDatabase()
        #expect(rebuild == Rebuild(images: 4, jobs: 2, unreadable: ["2027/01/9-0000.png"]))
        let store = try open.folder.openStore()
        let rows = try await Self.rows(of: store)
        #expect(rows.count == 4 && Set(rows.map(\.id)).count == 4)
        #expect(rows.filter { $0.job == nil }.map(\.blob).sorted() == ["2027/01/1-foreign.png", "2027/01/copy of a fox.png"])
        #expect(rows.first { $0.sha256 == second.sha256 }?.id == second.id)
    }

    @Test func `a job of which pictures are gone says so and can be retried for them`() async throws {
        let open = try OpenFolder(at: path)
        let (job, attempt) = try await open.claim(count: 3)
        for ordinal in [0, 2] { _ = try await open.adopt(open.stage(job, attempt, ordinal: ordinal, seed: UInt64(ordinal)), attempt) }
        try open.store.close()
        _ = try await open.folder.rebuildDatabase()
        let store = try open.folder.openStore()
        #expect(try await store.job(job.id).status == .failed)
        let retried = try await store.retry(job.id)
        #expect(retried.missingOrdinals == [1] && retried.request == job.request && retried.attempt == 1)
    }

    @Test func `a rebuild that was cut off is begun anew`() async throws {
        let open = try OpenFolder(at: path)
        let image = try await open.picture()
        try open.store.close()
        for suffix in ["", "-wal", "-shm"] { try open.write([1, 2, 3], "rebuild.sqlite" + suffix) }
        _ = try await open.folder.rebuildDatabase()
        #expect(try await open.folder.openStore().image(image.id).blob == image.blob)
        #expect(try parent.names == ["data"] && !FileManager.default.fileExists(atPath: path.appending("rebuild.sqlite").string))
    }

    /// Jobs of one to four pictures, each made from the one before.
    private func draw(_ count: Int, in open: OpenFolder) async throws {
        var drawn = 0
        var parent: String?
        while drawn < count {
            let pictures = min(1 + drawn % 4, count - drawn)
            let (job, attempt) = try await open.claim(count: pictures)
            for ordinal in 0..<pictures {
                var record = try PictureRecord.sample(
                    job, ordinal: ordinal, database: open.store.databaseID, prompt: "一只猫 \(drawn) \"quoted\"\nline", seed: UInt64(drawn),
                    createdAt: 1_800_000_000_000 + Int64(drawn) * 3_600_000, parentSHA256: parent)
                if drawn % 3 == 0 { (record.metrics, record.report, record.origin.seconds) = (nil, nil, nil) }
                let staged = try open.stage(record, DataFolder.stagedName(attempt, ordinal: ordinal))
                guard case .stored(let image, _) = try await open.adopt(staged, attempt) else { throw OpenFolder.NotStored() }
                parent = image.sha256
                drawn += 1
            }
        }
    }

    private static func rows(of store: some HistoryStore) async throws -> [ImageRecord] {
        var rows: [ImageRecord] = []
        for blob in try await store.blobs() { rows.append(try await store.image(blob.id)) }
        return rows
    }
}
