import Gallery
import History
import HistoryFixtures
import Synchronization
import Testing

/// What every driver promises about pictures.
@Suite struct HistoryStoreContractTests {
    @Test(arguments: Driver.allCases)
    func `the last picture ends its job, in any order of ordinals`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (job, attempt) = try await open.claimed(.sample(count: 3))
        #expect(job.missingOrdinals == [0, 1, 2])
        for (count, ordinal) in [2, 0, 1].enumerated() {
            let image = NewImage.sample(try .sample(job, ordinal: ordinal, database: store.databaseID))
            let placed = Mutex("")
            let insertion = try await store.insert(image, attempt: attempt) { blob in placed.withLock { $0 = blob } }
            guard case .stored(let row, let after) = insertion else { throw OpenStore.NothingToClaim() }
            #expect(row.blob == "2027/01/\(row.id)-\(image.sha256.prefix(8)).png" && placed.withLock(\.self) == row.blob)
            #expect(after.status == (count == 2 ? .done : .running) && after.images.count == count + 1)
            #expect(try await store.insert(image, attempt: attempt) { _ in Issue.record("placed twice") } != insertion)
        }
        let done = try await store.job(job.id)
        #expect(done.images.map(\.ordinal) == [0, 1, 2] && done.worker == nil && done.endedAt == open.clock.now)
        #expect(try await store.finish(attempt) == done)
    }

    @Test(arguments: Driver.allCases)
    func `a row says what the picture's own record says`(driver: Driver) async throws {
        let open = try driver.open()
        let row = try await open.picture("a cat", seed: 9_007_199_254_740_991, at: 1_800_000_123_456)
        #expect(row.prompt == "a cat" && row.seed == 9_007_199_254_740_991 && row.createdAt == 1_800_000_123_456)
        #expect(row.width == 4 && row.height == 2 && row.byteCount == 1000 && row.ordinal == 0 && row.attempt == 1)
        #expect(row.parameters.steps == 20 && row.parameters.guidance == 3.5 && row.parameters.model == "Postcards")
        #expect(row.parameters.modelDigest == "sha256:0123" && row.parameters.device == "cpu" && row.parameters.budgetBytes == 1 << 30)
        #expect(row.seconds == 1.5 && row.peakBytes == 1_000_000 && !row.starred && !row.missing && row.trashedAt == nil)
        #expect(try await open.store.image(row.id) == row)
        #expect(try await open.store.image(sha256: row.sha256) == row)
        #expect(try await open.store.image(sha256: "0") == nil)
    }

    @Test(arguments: Driver.allCases)
    func `a job takes one picture of an ordinal`(driver: Driver) async throws {
        let open = try driver.open()
        let (job, attempt) = try await open.claimed(.sample(count: 2))
        let first = NewImage.sample(try .sample(job, database: open.store.databaseID, seed: 1))
        let second = NewImage.sample(try .sample(job, database: open.store.databaseID, seed: 2))
        guard case .stored(let row, _) = try await open.store.insert(first, attempt: attempt, place: { _ in }) else {
            throw OpenStore.NothingToClaim()
        }
        let again = try await open.store.insert(second, attempt: attempt) { _ in Issue.record("placed") }
        #expect(again == .alreadyThere(row))
    }

    @Test(arguments: Driver.allCases)
    func `pictures that do not count are refused`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (old, stale) = try await open.claimed(.sample())
        _ = try await store.lose(stale)
        let (job, attempt) = try await open.claim()
        func insert(_ record: PictureRecord, _ attempt: Attempt?) async throws -> Insertion {
            try await store.insert(.sample(record), attempt: attempt) { _ in Issue.record("placed") }
        }
        #expect(try await insert(.sample(old, database: store.databaseID), stale) == .refused)
        #expect(try await insert(.sample(job, database: "another"), attempt) == .refused)
        #expect(try await insert(.sample(job, ordinal: 1, database: store.databaseID), attempt) == .refused)
        #expect(try await insert(.sample(job, ordinal: -1, database: store.databaseID), attempt) == .refused)
        var foreign = try PictureRecord.sample(job, database: store.databaseID)
        foreign.origin.job = 99
        #expect(try await insert(foreign, attempt) == .refused)
        _ = try await store.cancel(job.id)
        #expect(try await insert(.sample(job, database: store.databaseID), attempt) == .refused)
        _ = try await store.cancelled(attempt)
        #expect(try await insert(.sample(job, database: store.databaseID), nil) == .refused)
        #expect(try await store.images(ImageQuery(), after: nil, limit: 60).images.isEmpty)
    }

    @Test(arguments: Driver.allCases)
    func `a file that cannot be placed leaves no row and its job running`(driver: Driver) async throws {
        struct Full: Error {}
        let open = try driver.open()
        let (job, attempt) = try await open.claimed(.sample())
        let image = NewImage.sample(try .sample(job, database: open.store.databaseID))
        await #expect(throws: Full.self) { try await open.store.insert(image, attempt: attempt) { _ in throw Full() } }
        #expect(try await open.store.job(job.id) == job)
        guard case .stored(let row, _) = try await open.store.insert(image, attempt: attempt, place: { _ in }) else {
            throw OpenStore.NothingToClaim()
        }
        #expect(row.id == 1)
    }

    @Test(arguments: Driver.allCases)
    func `a picture left by a crash is adopted by a job that waits or was given up`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (waiting, first) = try await open.claimed(.sample())
        _ = try await store.lose(first)
        _ = try await open.claim()
        let (givenUp, second) = try await open.claimed(.sample())
        _ = try await store.fail(second, JobError(code: "worker_lost", message: "x"))
        for job in [waiting, givenUp] {
            let insertion = try await store.insert(.sample(.sample(job, database: store.databaseID)), attempt: nil) { _ in }
            guard case .stored(_, let after) = insertion else { throw OpenStore.NothingToClaim() }
            #expect(after.status == .done && after.error == nil && after.worker == nil)
        }
    }

    @Test(arguments: Driver.allCases)
    func `pages follow each other without gap or repetition when many pictures share a time`(driver: Driver) async throws {
        let open = try driver.open()
        for index in 0..<150 { try await open.picture(seed: UInt64(index), at: 1_800_000_000_000 + Int64(index * 37 % 11) / 4) }
        var seen: [ImageRecord] = []
        var cursor: PageCursor?
        var counts: [Int] = []
        repeat {
            let page = try await open.store.images(ImageQuery(), after: cursor, limit: 500)
            counts.append(page.images.count)
            seen += page.images
            cursor = page.next.flatMap { PageCursor($0.description) }
        } while cursor != nil
        #expect(counts == [60, 60, 30])
        #expect(
            seen.map { [$0.createdAt, $0.id] } == seen.map { [$0.createdAt, $0.id] }.sorted { $0.lexicographicallyPrecedes($1) }.reversed())
        #expect(Set(seen.map(\.id)).count == 150)
        #expect(try await open.store.images(ImageQuery(), after: nil, limit: 150).images.count == 60)
        #expect(try await open.store.images(ImageQuery(), after: nil, limit: 0).images.count == 1)
    }

    @Test(arguments: Driver.allCases, ["1", "a.b", "1.2.3", "", "1.", ".1", "1,2", "99999999999999999999.1"])
    func `a cursor that is none is refused`(driver: Driver, text: String) {
        #expect(PageCursor(text) == nil)
    }

    static let searches: [(query: String, found: Set<String>)] = [
        ("", ["A Red FOX", "一只猫坐在垫子上", "ＦＵＬＬ width café", "100% wool_cap \\ back", "STRASSE Ünïcödé"]),
        ("fox", ["A Red FOX"]), ("FOX red", ["A Red FOX"]), ("fox blue", []),
        ("猫", ["一只猫坐在垫子上"]), ("垫子", ["一只猫坐在垫子上"]), ("只 垫", ["一只猫坐在垫子上"]), ("狗", []),
        ("full WIDTH", ["ＦＵＬＬ width café"]), ("ｆｕｌｌ", ["ＦＵＬＬ width café"]), ("cafe\u{301}", ["ＦＵＬＬ width café"]),
        ("%", ["100% wool_cap \\ back"]), ("_", ["100% wool_cap \\ back"]), ("\\", ["100% wool_cap \\ back"]),
        ("0%", ["100% wool_cap \\ back"]), ("l_c", ["100% wool_cap \\ back"]), ("l%c", []), ("'; DROP TABLE image; --", []),
        ("strasse", ["STRASSE Ünïcödé"]), ("üNÏC", ["STRASSE Ünïcödé"]), ("  fox  ", ["A Red FOX"]), ("　fox", ["A Red FOX"]),
    ]

    @Test(arguments: Driver.allCases)
    func `every word of a search is found whatever its case, width and wildcards`(driver: Driver) async throws {
        let open = try driver.open()
        for prompt in Self.searches[0].found { try await open.picture(prompt) }
        for (query, found) in Self.searches {
            let page = try await open.store.images(ImageQuery(text: query), after: nil, limit: 60)
            #expect(Set(page.images.map(\.prompt)) == found, "\(query)")
        }
    }

    @Test(arguments: Driver.allCases)
    func `stars, seeds and the trash filter pages, together and with words`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        var images: [ImageRecord] = []
        for index in 0..<6 { images.append(try await open.picture(index < 3 ? "fox" : "cat", seed: index == 5 ? .max : UInt64(index % 2))) }
        _ = try await store.setStarred(images[0].id, true)
        _ = try await store.setStarred(images[4].id, true)
        _ = try await store.setStarred(images[4].id, false)
        _ = try await store.setStarred(images[3].id, true)
        func found(_ query: ImageQuery) async throws -> [Int64] { try await store.images(query, after: nil, limit: 60).images.map(\.id) }
        #expect(try await found(ImageQuery(starredOnly: true)) == [4, 1])
        #expect(try await found(ImageQuery(text: "fox", starredOnly: true)) == [1])
        #expect(try await found(ImageQuery(seed: 1)) == [4, 2])
        #expect(try await found(ImageQuery(seed: .max)) == [6])
        open.clock.advance(1000)
        let trashed = try await store.trash(images[3].id)
        #expect(trashed.trashedAt == open.clock.now && trashed.starred)
        open.clock.advance(1000)
        #expect(try await store.trash(images[3].id) == trashed)
        #expect(try await found(ImageQuery()) == [6, 5, 3, 2, 1])
        #expect(try await found(ImageQuery(trashed: true)) == [4])
        #expect(try await found(ImageQuery(starredOnly: true)) == [1])
        #expect(try await store.trashed(before: open.clock.now - 1000).map(\.id) == [4])
        #expect(try await store.trashed(before: open.clock.now - 1001).isEmpty)
        #expect(try await store.restore(images[3].id).trashedAt == nil)
        #expect(try await found(ImageQuery(starredOnly: true)) == [4, 1])
        #expect(try await store.imageTotals() == ImageTotals(count: 6, starred: 2, trashed: 0, byteCount: 6000))
    }

    @Test(arguments: Driver.allCases)
    func `steps, guidance, sizes and times filter pages, bounds included`(driver: Driver) async throws {
        let open = try driver.open()
        let start: Timestamp = 1_800_000_000_000
        for (index, guidance) in [2, 3.5, 0].enumerated() {
            let (job, attempt) = try await open.claimed(.sample())
            var record = try PictureRecord.sample(
                job, database: open.store.databaseID, seed: UInt64(index), createdAt: start + Int64(index))
            (record.metadata.steps, record.metadata.guidance, record.metadata.width) = (20 + index, guidance, 64 + 16 * index)
            _ = try await open.store.insert(.sample(record), attempt: attempt) { _ in }
        }
        func found(_ change: (inout ImageQuery) -> Void) async throws -> [Int64] {
            var query = ImageQuery()
            change(&query)
            return try await open.store.images(query, after: nil, limit: 60).images.map(\.id)
        }
        #expect(try await found { $0.steps = Bounds(from: 21) } == [3, 2])
        #expect(try await found { $0.steps = Bounds(from: 20, to: 21) } == [2, 1])
        #expect(try await found { $0.steps = Bounds(from: 23) } == [])
        #expect(try await found { $0.guidance = Bounds(to: 2) } == [3, 1])
        #expect(try await found { $0.guidance = Bounds(from: 2, to: 3.4) } == [1])
        #expect(try await found { $0.width = 80 } == [2])
        #expect(try await found { ($0.width, $0.height) = (80, 80) } == [])
        #expect(try await found { $0.createdAt = Bounds(from: start + 1, to: start + 1) } == [2])
        #expect(try await found { ($0.createdAt, $0.text, $0.steps) = (Bounds(from: start), "fox", Bounds(to: 20)) } == [1])
    }

    @Test(arguments: Driver.allCases)
    func `every change makes the revision greater, and reading does not`(driver: Driver) async throws {
        let store = try driver.open().store
        var last = await store.revision
        func isGreater() async -> Bool {
            let now = await store.revision
            defer { last = now }
            return now > last
        }
        let job = try await store.submit(.sample()).job
        #expect(await isGreater())
        _ = try await store.job(job.id)
        _ = try await store.images(ImageQuery(), after: nil, limit: 60)
        #expect(await !isGreater())
        let attempt = try #require(try await store.claim(worker: "w", lease: .seconds(30))?.currentAttempt)
        #expect(await isGreater())
        let image = NewImage.sample(try .sample(try await store.job(job.id), database: store.databaseID))
        _ = try await store.insert(image, attempt: attempt) { _ in }
        #expect(await isGreater())
        _ = try await store.setStarred(1, true)
        #expect(await isGreater())
        _ = try await store.trash(1)
        #expect(await isGreater())
        _ = try await store.purge(1, ifTrashedBefore: nil) { _ in }
        #expect(await isGreater())
        try await store.delete(job.id)
        #expect(await isGreater())
    }

    @Test(arguments: Driver.allCases)
    func `pictures made from one another know each other`(driver: Driver) async throws {
        let open = try driver.open()
        let draft = try await open.picture(seed: 1)
        let final = try await open.picture(seed: 2, parent: draft)
        let second = try await open.picture(seed: 3, parent: draft)
        #expect(final.parent == draft.id && final.parentSHA256 == draft.sha256)
        #expect(try await open.store.image(draft.id).children == [final.id, second.id])
        _ = try await open.store.trash(final.id)
        #expect(try await open.store.image(draft.id).children == [second.id])
        #expect(try await open.store.purge(draft.id, ifTrashedBefore: nil) { _ in })
        #expect(try await open.store.image(second.id).parent == nil)
    }

    @Test(arguments: Driver.allCases)
    func `a report is asked for by itself and pages leave histograms out`(driver: Driver) async throws {
        let open = try driver.open()
        let image = try await open.picture()
        #expect(try await open.store.report(image.id)?.text == #"{"total":1.5}"#)
        #expect(image.metrics?.text == #"{"contrastRMS":0.25,"histograms":{"r":[1,2,3]}}"#)
        #expect(try await open.store.images(ImageQuery(), after: nil, limit: 1).images[0].metrics?.text == #"{"contrastRMS":0.25}"#)
    }

    @Test(arguments: Driver.allCases)
    func `a purge spares what was restored, and keeps the row whose files cannot be removed`(driver: Driver) async throws {
        struct ReadOnly: Error {}
        let open = try driver.open()
        let store = open.store
        let image = try await open.picture()
        let trashed = try await store.trash(image.id)
        let time = open.clock.now
        let early = try await store.purge(image.id, ifTrashedBefore: time - 1) { _ in Issue.record("removed") }
        #expect(!early)
        await #expect(throws: ReadOnly.self) { try await store.purge(image.id, ifTrashedBefore: time) { _ in throw ReadOnly() } }
        #expect(try await store.image(image.id) == trashed)
        _ = try await store.restore(image.id)
        let restored = try await store.purge(image.id, ifTrashedBefore: time) { _ in Issue.record("removed") }
        #expect(!restored)
        _ = try await store.trash(image.id)
        let purged = try await store.purge(image.id, ifTrashedBefore: time) { #expect($0 == trashed) }
        #expect(purged)
        await #expect(throws: HistoryError.imageNotFound(image.id)) { try await store.purge(image.id, ifTrashedBefore: nil) { _ in } }
    }

    @Test(arguments: Driver.allCases)
    func `missing files are marked and unmarked, removed rows are gone`(driver: Driver) async throws {
        let open = try driver.open()
        let store = open.store
        let (first, second) = (try await open.picture(seed: 1), try await open.picture(seed: 2))
        try await store.setMissing([second.id], true)
        #expect(try await store.blobs().map(\.missing) == [false, true])
        #expect(try await store.blobs().map(\.blob) == [first.blob, second.blob])
        #expect(try await store.image(second.id).missing)
        try await store.setMissing([second.id], false)
        #expect(try await store.image(second.id) == second)
        #expect(try await store.purge(second.id, ifTrashedBefore: nil) { _ in })
        await #expect(throws: HistoryError.imageNotFound(second.id)) { try await store.image(second.id) }
        await #expect(throws: HistoryError.imageNotFound(second.id)) { try await store.report(second.id) }
        await #expect(throws: HistoryError.imageNotFound(second.id)) { try await store.trash(second.id) }
        await #expect(throws: HistoryError.imageNotFound(second.id)) { try await store.restore(second.id) }
        await #expect(throws: HistoryError.imageNotFound(second.id)) { try await store.setStarred(second.id, true) }
        #expect(try await open.picture(seed: 3).id == 3)
    }
}
