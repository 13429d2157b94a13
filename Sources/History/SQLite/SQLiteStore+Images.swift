import GRDB

extension SQLiteStore {
    public func insert(
        _ image: NewImage, attempt: Attempt?, place: @escaping @Sendable (_ blob: String) throws -> Void
    ) async throws -> Insertion {
        let now = now()
        let origin = image.record.origin
        return try await write { [databaseID] database in
            guard origin.database == databaseID, var job = try Self.find(database, origin.job),
                job.accepts(ordinal: origin.ordinal, from: attempt)
            else { return .refused }
            if let there = job.images.first(where: { $0.ordinal == origin.ordinal }) {
                return .alreadyThere(try Self.image(database, there.id))
            }
            let id = try Self.nextImageID(database)
            try Self.insert(database, image, id: id, job: job.id, blob: image.blob(id: id))
            job = try Self.update(database, job.id) { $0.add(JobRecord.Image(id: id, ordinal: origin.ordinal), at: now) }
            try place(image.blob(id: id))
            return .stored(try Self.image(database, id), job: job)
        }
    }

    public func images(_ query: ImageQuery, after cursor: PageCursor?, limit: Int) async throws -> ImagePage {
        let limit = min(max(limit, 1), Self.pageLimit)
        // One more than asked for tells whether there is a next page.
        let (sql, arguments) = Self.select(query, after: cursor, limit: limit + 1)
        let found = try await read { database in
            try Row.fetchAll(database, sql: sql, arguments: arguments).map { try ImageRecord($0) }
        }
        return ImagePage(found, limit: limit)
    }

    static func select(_ query: ImageQuery, after cursor: PageCursor?, limit: Int) -> (sql: String, arguments: StatementArguments) {
        var conditions = [query.trashed ? "trashed_at IS NOT NULL" : "trashed_at IS NULL"]
        var arguments: StatementArguments = []
        if let cursor {
            conditions.append("(created_at, id) < (?, ?)")
            arguments += [cursor.createdAt, cursor.id]
        }
        if query.starredOnly { conditions.append("starred = 1") }
        if let seed = query.seed {
            conditions.append("seed = ?")
            arguments += [Int64(bitPattern: seed)]
        }
        for word in FoldedPrompt.words(query.text) {
            conditions.append("prompt_folded LIKE ? ESCAPE '\\'")
            arguments += ["%\(literal(word))%"]
        }
        let bounds: [(String, (any DatabaseValueConvertible)?)] = [
            ("steps >= ?", query.steps.low), ("steps <= ?", query.steps.high), ("guidance >= ?", query.guidance.low),
            ("guidance <= ?", query.guidance.high), ("width = ?", query.width), ("height = ?", query.height),
            ("created_at >= ?", query.createdAt.low), ("created_at <= ?", query.createdAt.high),
        ]
        for case (let condition, let value?) in bounds {
            conditions.append(condition)
            arguments += [value]
        }
        arguments += [limit]
        return (
            images(metrics: "json_remove(metrics, '$.histograms')") + " WHERE " + conditions.joined(separator: " AND ")
                + " ORDER BY created_at DESC, id DESC LIMIT ?", arguments
        )
    }

    /// LIKE's wildcards as themselves.
    private static func literal(_ word: String) -> String {
        word.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    }

    public func image(_ id: Int64) async throws -> ImageRecord {
        try await read { try Self.image($0, id) }
    }

    public func image(sha256: String) async throws -> ImageRecord? {
        try await read { database in
            try Row.fetchOne(
                database, sql: Self.images() + " WHERE sha256 = ? ORDER BY id DESC LIMIT 1", arguments: [sha256]
            ).map { try ImageRecord($0) }
        }
    }

    public func report(_ id: Int64) async throws -> JSONText? {
        try await read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT report FROM image WHERE id = ?", arguments: [id]) else {
                throw HistoryError.imageNotFound(id)
            }
            let text: String? = row["report"]
            return text.map { JSONText(trusted: $0) }
        }
    }

    public func setStarred(_ id: Int64, _ starred: Bool) async throws -> ImageRecord {
        try await set("starred = ?", [starred], id)
    }

    public func trash(_ id: Int64) async throws -> ImageRecord {
        try await set("trashed_at = COALESCE(trashed_at, ?)", [now()], id)
    }

    public func restore(_ id: Int64) async throws -> ImageRecord {
        try await set("trashed_at = NULL", [], id)
    }

    private func set(_ change: String, _ arguments: StatementArguments, _ id: Int64) async throws -> ImageRecord {
        try await write { database in
            try database.execute(sql: "UPDATE image SET \(change) WHERE id = ?", arguments: arguments + [id])
            return try Self.image(database, id)
        }
    }

    public func trashed(before time: Timestamp) async throws -> [ImageRecord] {
        try await read { database in
            try Row.fetchAll(database, sql: Self.images() + " WHERE trashed_at <= ? ORDER BY id", arguments: [time])
                .map { try ImageRecord($0) }
        }
    }

    public func purge(
        _ id: Int64, ifTrashedBefore time: Timestamp?, remove: @escaping @Sendable (ImageRecord) throws -> Void
    ) async throws -> Bool {
        try await write { database in
            let image = try Self.image(database, id)
            guard image.isTrashed(before: time) else { return false }
            try remove(image)
            try database.execute(sql: "DELETE FROM image WHERE id = ?", arguments: [id])
            return true
        }
    }

    public func blobs() async throws -> [StoredBlob] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT id, blob, byte_count, missing FROM image ORDER BY id").map {
                StoredBlob(id: $0["id"], blob: $0["blob"], byteCount: $0["byte_count"], missing: $0["missing"])
            }
        }
    }

    public func setMissing(_ ids: [Int64], _ missing: Bool) async throws {
        try await write { database in
            for id in ids { try database.execute(sql: "UPDATE image SET missing = ? WHERE id = ?", arguments: [missing, id]) }
        }
    }

    public func imageTotals() async throws -> ImageTotals {
        try await read { database in
            let sql = """
                SELECT COUNT(*) AS count, COALESCE(SUM(starred), 0) AS starred, COUNT(trashed_at) AS trashed,
                  COALESCE(SUM(byte_count), 0) AS bytes FROM image
                """
            guard let row = try Row.fetchOne(database, sql: sql) else { return ImageTotals(count: 0, starred: 0, trashed: 0, byteCount: 0) }
            return ImageTotals(count: row["count"], starred: row["starred"], trashed: row["trashed"], byteCount: row["bytes"])
        }
    }
}

/// One picture inside a transaction.
extension SQLiteStore {
    private static func images(metrics: String = "metrics") -> String {
        """
        SELECT id, job_id, ordinal, attempt, sha256, blob, byte_count, width, height, seed, prompt, parameters, \(metrics) AS metrics,
          seconds, peak_bytes, parent_sha256, starred, missing, created_at, trashed_at,
          (SELECT MAX(id) FROM image AS other WHERE other.sha256 = image.parent_sha256) AS parent,
          (SELECT json_group_array(id) FROM (SELECT id FROM image AS other
             WHERE other.parent_sha256 = image.sha256 AND trashed_at IS NULL ORDER BY id)) AS children
        FROM image
        """
    }

    /// - Throws: `HistoryError.imageNotFound`.
    static func image(_ database: Database, _ id: Int64) throws -> ImageRecord {
        guard let row = try Row.fetchOne(database, sql: images() + " WHERE id = ?", arguments: [id]) else {
            throw HistoryError.imageNotFound(id)
        }
        return try ImageRecord(row)
    }

    /// The id that the next row will have: its file is named before the row is written.
    static func nextImageID(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'image'").map { $0 + 1 } ?? 1
    }

    static func insert(_ database: Database, _ image: NewImage, id: Int64, job: Int64?, blob: String) throws {
        let row = ImageRecord(image, id: id, job: job, blob: blob)
        try database.execute(
            sql: """
                INSERT INTO image (id, job_id, ordinal, attempt, sha256, blob, byte_count, width, height, seed, prompt, prompt_folded,
                  parameters, metrics, seconds, peak_bytes, parent_sha256, created_at, report)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.id, row.job, row.ordinal, row.attempt, row.sha256, row.blob, row.byteCount, row.width, row.height,
                Int64(bitPattern: row.seed), row.prompt, FoldedPrompt.fold(row.prompt), try JSONText(encoding: row.parameters).text,
                row.metrics?.text, row.seconds, row.peakBytes, row.parentSHA256, row.createdAt, image.record.report?.text,
            ])
    }
}

extension ImageRecord {
    fileprivate init(_ row: Row) throws {
        let parameters: String = row["parameters"]
        let metrics: String? = row["metrics"]
        let children: String = row["children"]
        let seed: Int64 = row["seed"]
        self.init(
            id: row["id"], job: row["job_id"], ordinal: row["ordinal"], attempt: row["attempt"], sha256: row["sha256"], blob: row["blob"],
            byteCount: row["byte_count"], width: row["width"], height: row["height"], seed: UInt64(bitPattern: seed), prompt: row["prompt"],
            parameters: try JSONText(trusted: parameters).decoded(), metrics: metrics.map { JSONText(trusted: $0) },
            seconds: row["seconds"], peakBytes: row["peak_bytes"], parentSHA256: row["parent_sha256"], parent: row["parent"],
            children: children == "[]" ? [] : try JSONText(trusted: children).decoded(), starred: row["starred"], missing: row["missing"],
            createdAt: row["created_at"], trashedAt: row["trashed_at"])
    }
}
