import GRDB

extension SQLiteStore {
    /// Whether commits wait for the disk, as they do from the start.
    func setDurable(_ isDurable: Bool) async throws {
        try await Self.translate { [pool] in
            try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = \(isDurable ? "FULL" : "OFF")") }
        }
    }

    /// Stores a picture that belongs to no job yet, under its own id unless that is taken; returns the id it got.
    func insert(_ image: NewImage, id: Int64?, blob: String) async throws -> Int64 {
        try await write { database in
            var free = try Self.nextImageID(database)
            if let id, id > 0, try Row.fetchOne(database, sql: "SELECT 1 FROM image WHERE id = ?", arguments: [id]) == nil { free = id }
            try Self.insert(database, image, id: free, job: nil, blob: blob)
            return free
        }
    }

    /// Takes the identity that most pictures name and makes the jobs that those come from; returns how many.
    ///
    /// Pictures of other databases stay without a job, and so does a second picture of one job and ordinal.
    func adoptJobs(of pictures: [(image: Int64, record: PictureRecord)]) async throws -> Int {
        let counts = Dictionary(grouping: pictures, by: \.record.origin.database).mapValues(\.count)
        guard let identity = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key else { return 0 }
        let jobs = Dictionary(grouping: pictures.filter { $0.record.origin.database == identity }, by: \.record.origin.job)
        try await write { database in
            try database.execute(sql: "UPDATE store SET database = ?", arguments: [identity])
            for (job, pictures) in jobs.sorted(by: { $0.key < $1.key }) { try Self.insert(database, job, of: pictures) }
        }
        return jobs.count
    }

    private static func insert(_ database: Database, _ job: Int64, of pictures: [(image: Int64, record: PictureRecord)]) throws {
        let origins = pictures.map(\.record.origin)
        guard let first = pictures.first, let drawnAt = origins.map(\.createdAt).max() else { return }
        let isWhole = Set(origins.map(\.ordinal)).count >= first.record.origin.imageCount
        let error = JobError(code: "worker_lost", message: "the database was made again from this job's pictures, and some are not there")
        try database.execute(
            sql: """
                INSERT INTO job (id, owner, status, request, image_count, attempt, error, created_at, ended_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job, first.record.origin.owner, (isWhole ? JobStatus.done : .failed).rawValue, first.record.request.text,
                first.record.origin.imageCount, origins.map(\.attempt).max(), isWhole ? nil : try JSONText(encoding: error).text,
                first.record.origin.queuedAt, drawnAt,
            ])
        for (image, _) in pictures {
            try database.execute(sql: "UPDATE OR IGNORE image SET job_id = ? WHERE id = ?", arguments: [job, image])
        }
    }
}
