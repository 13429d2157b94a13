import HTTPTypes
import History
import Hummingbird

extension Routes {
    private static let pageLimit = 60

    func addJobs(to group: Group) {
        group.post("jobs") { request, _ in
            let asked = try JobRequest(json: try await request.jsonBytes())
            let job = try await studio.submit(asked, idempotencyKey: try request.idempotencyKey)
            return try Self.reply(job, status: .accepted, headers: [.location: "\(Self.prefix)/jobs/\(job.id)"])
        }
        group.post("plan") { request, _ in
            try Self.reply(try await studio.plan(try JobRequest(json: try await request.jsonBytes())))
        }
        group.get("jobs") { request, _ in
            let cursor = try request.cursor { Int64($0) }
            let json = try await replies.json("jobs \(request.uri.query ?? "")", at: await store.revision) {
                let ended = try await store.endedJobs(before: cursor, limit: Self.pageLimit + 1)
                let active = cursor == nil ? try await store.activeJobs() : []
                let page = ended.prefix(Self.pageLimit)
                return JobPage(
                    jobs: try (active + page).map { try Job($0) },
                    next: ended.count > Self.pageLimit ? page.last.map { String($0.id) } : nil)
            }
            return Self.reply(json: json, to: request)
        }
        group.get("jobs/{id}") { request, context in try Self.reply(try await studio.job(try context.id()), to: request) }
        group.post("jobs/{id}/cancel") { request, context in
            let immediately = request.uri.queryParameters.get("immediately") == "1"
            return try Self.reply(try await studio.cancel(try context.id(), immediately: immediately))
        }
        group.post("jobs/{id}/retry") { _, context in try Self.reply(try await studio.retry(try context.id())) }
        group.post("jobs/{id}/front") { _, context in try Self.reply(try await studio.moveToFront(try context.id())) }
        group.delete("jobs/{id}") { _, context in
            try await studio.delete(try context.id())
            return Response(status: .noContent)
        }
    }

    func addQueue(to group: Group) {
        group.post("queue/pause") { _, _ in
            await studio.pause()
            return try Self.reply(try await studio.queueStatus())
        }
        group.post("queue/resume") { _, _ in
            await studio.resume()
            return try Self.reply(try await studio.queueStatus())
        }
        group.post("queue/cancel-all") { _, _ in
            try await studio.cancelAll()
            return try Self.reply(try await studio.queueStatus())
        }
        group.post("engine/release") { _, _ in
            await studio.release()
            return Response(status: .noContent)
        }
    }
}

/// Jobs, running and queued ones first, then ended ones from the newest.
private struct JobPage: Encodable {
    let jobs: [Job]
    /// Where the next page starts; `nil` on the last one.
    let next: String?

    private enum CodingKeys: CodingKey { case jobs, next }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(jobs, forKey: .jobs)
        try container.encode(next, forKey: .next)
    }
}

extension Request {
    fileprivate var idempotencyKey: String? {
        get throws {
            guard let key = headers[.idempotencyKey] else { return nil }
            guard (1...255).contains(key.utf8.count) else {
                throw WireError.invalidRequest("Idempotency-Key: expected 1 to 255 characters", field: "Idempotency-Key")
            }
            return key
        }
    }

    /// Where a page starts.
    /// - Throws: `WireError` of `invalid_request` for a cursor that no page gave.
    func cursor<Cursor>(_ parse: (String) -> Cursor?) throws -> Cursor? {
        guard let text = uri.queryParameters.get("cursor"), !text.isEmpty else { return nil }
        guard let cursor = parse(text) else { throw WireError.invalidRequest("cursor: not one of this server's", field: "cursor") }
        return cursor
    }
}
