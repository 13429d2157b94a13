import FoundationEssentials
import GRDB
import HistoryFixtures
import SystemPackage
import TestFixtures
import Testing

@testable import History

/// What the driver makes of SQLite, and of GRDB on this system.
struct SQLiteStoreTests {
    private let folder: TemporaryFolder
    private let path: FilePath

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path.appending("store.sqlite")
    }

    @Test func `commits are in the log and on the disk before they are reported`() async throws {
        let store = try SQLiteStore(at: path)
        func pragma(_ name: String) async throws -> String? {
            try await store.pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
        }
        #expect(try await pragma("journal_mode") == "wal")
        #expect(try await pragma("synchronous") == "2")
        #expect(try await pragma("foreign_keys") == "1")
        #expect(try await pragma("busy_timeout") == "5000")
        #expect(try await pragma("integrity_check") == "ok")
    }

    @Test func `what was stored is there again, with the same identity`() async throws {
        let store = try SQLiteStore(at: path)
        let job = try await store.submit(.sample()).job
        let identity = store.databaseID
        try store.close()
        let left = try folder.names
        #expect(left == ["store.sqlite"])
        let again = try SQLiteStore(at: path)
        #expect(again.databaseID == identity && identity.count >= 30)
        #expect(try await again.job(job.id) == job)
        #expect(try SQLiteStore(at: folder.path.appending("other.sqlite")).databaseID != identity)
    }

    @Test func `a database of the first version is brought up to date with its pictures`() async throws {
        let pool = try DatabasePool(path: path.string)
        try SQLiteStore.schema.migrate(pool, upTo: "1")
        let parameters = PictureParameters(
            steps: 7, guidance: 2, sampler: "Euler", schedule: "Simple", model: "Postcards", device: "cpu")
        let text = try JSONText(encoding: parameters).text
        try await pool.write { database in
            try database.execute(
                sql: """
                    INSERT INTO image (ordinal, attempt, sha256, blob, byte_count, width, height, seed, prompt, prompt_folded, parameters, created_at)
                    VALUES (0, 1, 'a', 'b', 1, 64, 64, 1, 'fox', 'fox', ?, 1)
                    """, arguments: [text])
        }
        try pool.close()
        let store = try SQLiteStore(at: path)
        var query = ImageQuery(text: "fox")
        (query.steps, query.guidance) = (Bounds(from: 7, to: 7), Bounds(from: 2, to: 2))
        #expect(try await store.images(query, after: nil, limit: 60).images.map(\.parameters) == [parameters])
    }

    @Test func `what was stored is there after a stop without closing`() async throws {
        let store = try SQLiteStore(at: path)
        let job = try await store.submit(.sample()).job
        // The files as a killed process leaves them, while the store is still open.
        for suffix in ["", "-wal"] { try folder.write(try folder.contents("store.sqlite" + suffix), "left.sqlite" + suffix) }
        let left = try SQLiteStore(at: folder.path.appending("left.sqlite"))
        #expect(try await left.job(job.id) == job)
    }

    @Test func `readers see whole transactions while the writer goes on`() async throws {
        let store = try SQLiteStore(at: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for index in 0..<100 {
                    // Two rows a transaction.
                    try await store.pool.write { database in
                        for _ in 0..<2 {
                            try database.execute(
                                sql: "INSERT INTO job (status, request, created_at) VALUES ('queued', '{}', ?)", arguments: [index])
                        }
                    }
                }
            }
            for _ in 0..<8 {
                group.addTask {
                    var last = 0
                    while last < 200 {
                        let depth = try await store.queueDepth()
                        #expect(depth.isMultiple(of: 2) && depth >= last)
                        last = depth
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a transaction whose caller is cancelled still ends`() async throws {
        let store = try SQLiteStore(at: path)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.submit(.sample()).job
        }
        let job = try await task.value
        #expect(try await store.job(job.id) == job)
    }

    @Test func `a copy is whole and made while the writer works`() async throws {
        let store = try SQLiteStore(at: path)
        for index in 0..<50 { try await store.submit(.sample("\(index)")) }
        let copy = folder.path.appending("copy.sqlite")
        async let copied: Void = store.copy(to: copy)
        for index in 50..<80 { try await store.submit(.sample("\(index)")) }
        try await copied
        let read = try SQLiteStore(at: copy)
        let depth = try await read.queueDepth()
        #expect((50...80).contains(depth) && read.databaseID == store.databaseID)
        await #expect(throws: HistoryError.self) { try await store.copy(to: copy) }
    }

    @Test func `after an unclean stop every page is checked, after a clean one none`() async throws {
        let store = try SQLiteStore(at: path)
        try await store.pool.write { database in
            for index in 0..<2000 {
                try database.execute(sql: "INSERT INTO job (status, request, created_at) VALUES ('queued', ?, 1)", arguments: ["\(index)"])
            }
        }
        try store.close()
        try damageIndex()
        let opened = try SQLiteStore(at: path)
        _ = try await opened.pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        // The process ends here: `clean` stays 0 in the file.
        try folder.write(try folder.contents("store.sqlite"), "left.sqlite")
        let left = folder.path.appending("left.sqlite")
        let error = #expect(throws: HistoryError.self) { try SQLiteStore(at: left) }
        guard case .damaged(left, let faults)? = error, !faults.isEmpty else { throw OpenStore.NothingToClaim() }
    }

    /// Makes an index disagree with its table, which only a check of every page finds.
    private func damageIndex() throws {
        let queue = try DatabaseQueue(path: path.string)
        try queue.writeWithoutTransaction { database in
            let root = try #require(try Int.fetchOne(database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'job_ready'"))
            let size = try #require(try Int.fetchOne(database, sql: "PRAGMA page_size"))
            _ = try database.checkpoint(.truncate)
            var bytes = try folder.contents("store.sqlite")
            bytes.replaceSubrange((root - 1) * size + size - 8..<root * size, with: [0, 9, 9, 9, 9, 9, 9, 9])
            try folder.write(bytes, "store.sqlite")
        }
    }

    @Test func `bytes that are no database are said to be damaged and left alone`() throws {
        let bytes = (0..<8192).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try folder.write(bytes, "store.sqlite")
        let error = #expect(throws: HistoryError.self) { try SQLiteStore(at: path) }
        guard case .damaged(path, _)? = error else { throw OpenStore.NothingToClaim() }
        #expect(try folder.contents("store.sqlite") == bytes)
    }

    @Test func `a database of a later version is refused and left alone`() async throws {
        let store = try SQLiteStore(at: path)
        try await store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999')") }
        try store.close()
        #expect(throws: HistoryError.tooNew(path: path)) { try SQLiteStore(at: path) }
    }

    @Test func `states outside the rules cannot be stored`() async throws {
        let store = try SQLiteStore(at: path)
        for values in ["'paused', NULL", "'running', NULL", "'queued', 'w'"] {
            await #expect(throws: DatabaseError.self) {
                try await store.pool.write { database in
                    try database.execute(sql: "INSERT INTO job (status, worker, request, created_at) VALUES (\(values), '{}', 1)")
                }
            }
        }
    }

    @Test(arguments: [
        (ImageQuery(), "image_page"), (ImageQuery(text: "fox"), "image_page"), (ImageQuery(seed: 7), "image_seed"),
        (ImageQuery(starredOnly: true), "image_starred"), (ImageQuery(trashed: true), "image_trash"),
    ])
    func `a page is read from its index without sorting`(query: ImageQuery, index: String) async throws {
        let store = try SQLiteStore(at: path)
        let cursor = try #require(PageCursor("1800000000000.5"))
        for after in [nil, cursor] {
            let (sql, arguments) = SQLiteStore.select(query, after: after, limit: 61)
            let plan = try await store.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] as String }
            }
            #expect(
                plan.contains { $0.contains("image USING INDEX \(index)") || $0.contains("image USING COVERING INDEX \(index)") }, "\(plan)"
            )
            #expect(!plan.contains { $0.contains("TEMP B-TREE FOR ORDER BY") && !$0.contains("SUBQUERY") }, "\(plan)")
        }
    }
}
