public import History

/// The stores' contract over arrays, for tests of what stands above: nothing survives it.
public actor InMemoryStore: JobStore, HistoryStore {
    public let databaseID = "memory"
    private let now: @Sendable () -> Timestamp
    public private(set) var revision = 0
    private var jobs: [JobRecord] = [] {
        didSet { revision += 1 }
    }
    private var keys: [Key: (job: Int64, body: JSONText)] = [:]
    private var rows: [ImageRecord] = [] {
        didSet { revision += 1 }
    }
    private var reports: [Int64: JSONText] = [:]
    private var lastJob: Int64 = 0
    private var lastImage: Int64 = 0

    private struct Key: Hashable {
        let owner, key: String
    }

    public init(now: @escaping @Sendable () -> Timestamp = { .now }) {
        self.now = now
    }
}

/// Jobs.
extension InMemoryStore {
    @discardableResult
    public func submit(_ new: NewJob) throws -> (job: JobRecord, isNew: Bool) {
        let body = new.body ?? new.request
        let key = new.idempotencyKey.map { Key(owner: new.owner, key: $0) }
        if let key, let known = keys[key] {
            guard known.body == body else { throw HistoryError.idempotencyConflict(job: known.job) }
            return (try job(known.job), false)
        }
        lastJob += 1
        jobs.append(JobRecord(new, id: lastJob, priority: new.front ? frontPriority : 0, at: now()))
        if let key { keys[key] = (lastJob, body) }
        return (try job(lastJob), true)
    }

    public func claim(worker: String, lease: Duration) throws -> JobRecord? {
        guard let next = queue.first else { return nil }
        return try update(next.id) { $0.claim(by: worker, lease: lease, at: $1) }
    }

    public func renew(_ attempt: Attempt, lease: Duration) throws -> Renewal {
        let job = try fenced(attempt) { $0.renew(lease: lease, at: $1) }
        return job.map { .held(cancelRequested: $0.cancelRequested) } ?? .lost
    }

    public func finish(_ attempt: Attempt) throws -> JobRecord? {
        if let job = try fenced(attempt, { $0.end(.done, at: $1) }) { return job }
        return jobs.contains { $0.id == attempt.job && $0.isDone(by: attempt) } ? try job(attempt.job) : nil
    }

    public func fail(_ attempt: Attempt, _ error: JobError) throws -> JobRecord? {
        try fenced(attempt) { $0.end(.failed, error, at: $1) }
    }

    public func cancelled(_ attempt: Attempt) throws -> JobRecord? {
        try fenced(attempt) { $0.end(.cancelled, at: $1) }
    }

    public func lose(_ attempt: Attempt) throws -> JobRecord? {
        try fenced(attempt) { $0.lose(at: $1) }
    }

    public func giveBack(_ attempt: Attempt) throws -> JobRecord? {
        try fenced(attempt) { $0.giveBack(at: $1) }
    }

    public func reapExpired() throws -> [JobRecord] {
        let now = now()
        return try jobs.filter { $0.status == .running && $0.leaseUntil.map { $0 < now } == true }
            .map { try update($0.id) { $0.lose(at: $1) } }
    }

    public func loseRunning() throws -> [JobRecord] {
        try jobs.filter { $0.status == .running }.map { try update($0.id) { $0.lose(at: $1) } }
    }

    public func cancel(_ id: Int64) throws -> JobRecord {
        try update(id) { $0.cancel(at: $1) }
    }

    public func retry(_ id: Int64) throws -> JobRecord {
        try update(id) { job, _ in try job.retry() }
    }

    public func moveToFront(_ id: Int64) throws -> JobRecord {
        let priority = frontPriority
        return try update(id) { job, _ in try job.moveToFront(priority: priority) }
    }

    public func delete(_ id: Int64) throws {
        try job(id).checkDeletable()
        jobs.removeAll { $0.id == id }
        keys = keys.filter { $0.value.job != id }
        for index in rows.indices where rows[index].job == id { rows[index].job = nil }
    }

    public func job(_ id: Int64) throws -> JobRecord {
        guard var job = jobs.first(where: { $0.id == id }) else { throw HistoryError.jobNotFound(id) }
        job.images = rows.filter { $0.job == id }.map { JobRecord.Image(id: $0.id, ordinal: $0.ordinal) }.sorted { $0.ordinal < $1.ordinal }
        job.position = queue.firstIndex { $0.id == id }.map { $0 + 1 }
        return job
    }

    public func activeJobs() throws -> [JobRecord] {
        try (jobs.filter { $0.status == .running }.sorted { ($1.priority, $0.id) < ($0.priority, $1.id) } + queue).map { try job($0.id) }
    }

    public func endedJobs(before cursor: Int64?, limit: Int) throws -> [JobRecord] {
        try jobs.reversed().filter { $0.status.isEnd && $0.id < cursor ?? .max }.prefix(limit).map { try job($0.id) }
    }

    public func queueDepth() -> Int { queue.count }

    public func oldestQueued() -> Timestamp? { queue.map(\.createdAt).min() }

    public func jobCounts() -> [JobStatus: Int] {
        Dictionary(grouping: jobs, by: \.status).mapValues(\.count)
    }

    private var queue: [JobRecord] {
        jobs.filter { $0.status == .queued }.sorted { ($1.priority, $0.id) < ($0.priority, $1.id) }
    }

    private var frontPriority: Int { (queue.map(\.priority).max() ?? 0) + 1 }

    private func fenced(_ attempt: Attempt, _ change: (inout JobRecord, Timestamp) -> Void) throws -> JobRecord? {
        guard jobs.contains(where: { $0.currentAttempt == attempt }) else { return nil }
        return try update(attempt.job, change)
    }

    private func update(_ id: Int64, _ change: (inout JobRecord, Timestamp) throws -> Void) throws -> JobRecord {
        var job = try job(id)
        try change(&job, now())
        guard let index = jobs.firstIndex(where: { $0.id == id }) else { throw HistoryError.jobNotFound(id) }
        jobs[index] = job
        return try self.job(id)
    }
}

/// Pictures.
extension InMemoryStore {
    public func insert(
        _ image: NewImage, attempt: Attempt?, place: @escaping @Sendable (_ blob: String) throws -> Void
    ) throws -> Insertion {
        let origin = image.record.origin
        guard origin.database == databaseID, let job = try? job(origin.job), job.accepts(ordinal: origin.ordinal, from: attempt) else {
            return .refused
        }
        if let there = job.images.first(where: { $0.ordinal == origin.ordinal }) { return .alreadyThere(try self.image(there.id)) }
        let id = lastImage + 1
        try place(image.blob(id: id))
        lastImage = id
        rows.append(ImageRecord(image, id: id, job: job.id, blob: image.blob(id: id)))
        reports[id] = image.record.report
        let after = try update(job.id) { $0.add(JobRecord.Image(id: id, ordinal: origin.ordinal), at: $1) }
        return .stored(try self.image(id), job: after)
    }

    public func images(_ query: ImageQuery, after cursor: PageCursor?, limit: Int) throws -> ImagePage {
        let limit = min(max(limit, 1), Self.pageLimit)
        let words = FoldedPrompt.words(query.text)
        let found = rows.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }.filter { row in
            let prompt = Array(FoldedPrompt.fold(row.prompt).utf8)
            return (row.trashedAt != nil) == query.trashed && (row.starred || !query.starredOnly)
                && (query.seed ?? row.seed) == row.seed && cursor.map { $0.isFollowed(by: row) } ?? true
                && words.allSatisfy { prompt.contains(Array($0.utf8)) } && query.steps.contains(row.parameters.steps)
                && query.guidance.contains(row.parameters.guidance) && (query.width ?? row.width) == row.width
                && (query.height ?? row.height) == row.height && query.createdAt.contains(row.createdAt)
        }
        return ImagePage(try found.prefix(limit + 1).map { try image($0.id).withoutHistograms }, limit: limit)
    }

    public func image(_ id: Int64) throws -> ImageRecord {
        guard var image = rows.first(where: { $0.id == id }) else { throw HistoryError.imageNotFound(id) }
        image.parent = image.parentSHA256.flatMap { digest in rows.last { $0.sha256 == digest }?.id }
        image.children = rows.filter { $0.parentSHA256 == image.sha256 && $0.trashedAt == nil }.map(\.id)
        return image
    }

    public func report(_ id: Int64) throws -> JSONText? {
        _ = try image(id)
        return reports[id]
    }

    public func image(sha256: String) throws -> ImageRecord? {
        try rows.last { $0.sha256 == sha256 }.map { try image($0.id) }
    }

    public func setStarred(_ id: Int64, _ starred: Bool) throws -> ImageRecord {
        try change(id) { $0.starred = starred }
    }

    public func trash(_ id: Int64) throws -> ImageRecord {
        try change(id) { $0.trashedAt = $0.trashedAt ?? now() }
    }

    public func restore(_ id: Int64) throws -> ImageRecord {
        try change(id) { $0.trashedAt = nil }
    }

    public func trashed(before time: Timestamp) throws -> [ImageRecord] {
        try rows.filter { $0.isTrashed(before: time) }.map { try image($0.id) }
    }

    public func purge(
        _ id: Int64, ifTrashedBefore time: Timestamp?, remove: @escaping @Sendable (ImageRecord) throws -> Void
    ) throws -> Bool {
        let image = try image(id)
        guard image.isTrashed(before: time) else { return false }
        try remove(image)
        rows.removeAll { $0.id == id }
        reports[id] = nil
        return true
    }

    public func blobs() -> [StoredBlob] {
        rows.map { StoredBlob(id: $0.id, blob: $0.blob, byteCount: $0.byteCount, missing: $0.missing) }
    }

    public func setMissing(_ ids: [Int64], _ missing: Bool) throws {
        for id in ids where rows.contains(where: { $0.id == id }) { _ = try change(id) { $0.missing = missing } }
    }

    public func imageTotals() -> ImageTotals {
        ImageTotals(
            count: rows.count, starred: rows.count(where: \.starred), trashed: rows.count { $0.trashedAt != nil },
            byteCount: rows.map(\.byteCount).reduce(0, +))
    }

    private func change(_ id: Int64, _ change: (inout ImageRecord) -> Void) throws -> ImageRecord {
        guard let index = rows.firstIndex(where: { $0.id == id }) else { throw HistoryError.imageNotFound(id) }
        change(&rows[index])
        return try image(id)
    }
}
