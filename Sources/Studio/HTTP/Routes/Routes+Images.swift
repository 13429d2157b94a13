import History
import Hummingbird
import StrictJSON

extension Routes {
    func addImages(to group: Group) {
        group.get("images") { request, _ in
            let (query, cursor) = (try ImageQuery(request), try request.cursor { PageCursor($0) })
            let json = try await replies.json("images \(request.uri.query ?? "")", at: await store.revision) {
                try ImageList(try await store.images(query, after: cursor, limit: type(of: store).pageLimit))
            }
            return Self.reply(json: json, to: request)
        }
        group.get("images/{id}") { request, context in
            try Self.reply(HistoryImage(try await store.image(try context.id())), to: request)
        }
        group.get("images/{id}/report") { request, context in
            guard let report = try await store.report(try context.id()) else {
                throw WireError.notFound("this image came without a report")
            }
            return try Self.reply(JSONFragment(report), to: request)
        }
        group.patch("images/{id}") { request, context in
            guard let starred = try await request.object(keys: "starred")["starred"]?.bool else {
                throw WireError.invalidRequest("starred: expected true or false", field: "starred")
            }
            let id = try context.id()
            return try await changed { try await store.setStarred(id, starred) }
        }
        group.delete("images/{id}") { _, context in
            let id = try context.id()
            return try await changed { try await store.trash(id) }
        }
        group.post("images/{id}/restore") { _, context in
            let id = try context.id()
            return try await changed { try await store.restore(id) }
        }
    }

    /// Changes a picture's row, and tells everybody.
    private func changed(_ change: () async throws -> ImageRecord) async throws -> Response {
        if policy.historyIsReadOnly { throw WireError(status: .forbidden, code: "read_only", message: "the history can only be looked at") }
        let image = try HistoryImage(try await change())
        await hub.publish("image", image)
        return try Self.reply(image)
    }
}

/// A page of pictures, newest first.
private struct ImageList: Encodable {
    let images: [HistoryImage]
    /// Where the next page starts; `nil` on the last one.
    let next: String?

    init(_ page: ImagePage) throws {
        images = try page.images.map { try HistoryImage($0) }
        next = page.next?.description
    }

    private enum CodingKeys: CodingKey { case images, next }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(images, forKey: .images)
        try container.encode(next, forKey: .next)
    }
}

extension ImageQuery {
    private static let keys: Set<Substring> = [
        "cursor", "q", "starred", "seed", "trashed", "stepsFrom", "stepsTo", "guidanceFrom", "guidanceTo", "width", "height", "from", "to",
    ]

    /// - Throws: `WireError` of `invalid_request` for a parameter that is unknown or has no such value.
    fileprivate init(_ request: Request) throws {
        let parameters = request.uri.queryParameters
        if let unknown = parameters.first(where: { !Self.keys.contains($0.key) }) {
            throw WireError.invalidRequest("unknown parameter \(String(unknown.key).debugDescription)", field: String(unknown.key))
        }
        self.init(
            text: parameters.get("q") ?? "", starredOnly: try Self.flag("starred", parameters),
            seed: try parameters.get("seed").flatMap { $0.isEmpty ? nil : $0 }.map { text in
                guard let seed = UInt64(text) else { throw WireError.invalidRequest("seed: expected 0 or more", field: "seed") }
                return seed
            }, trashed: try Self.flag("trashed", parameters))
        steps = Bounds(from: try Self.number("stepsFrom", parameters), to: try Self.number("stepsTo", parameters))
        guidance = Bounds(from: try Self.number("guidanceFrom", parameters), to: try Self.number("guidanceTo", parameters))
        (width, height) = (try Self.number("width", parameters), try Self.number("height", parameters))
        createdAt = Bounds(from: try Self.number("from", parameters), to: try Self.number("to", parameters))
    }

    private static func number<Value: LosslessStringConvertible>(_ key: String, _ parameters: Parameters) throws -> Value? {
        guard let text = parameters.get(key), !text.isEmpty else { return nil }
        guard let value = Value(text) else { throw WireError.invalidRequest("\(key): expected a number", field: key) }
        return value
    }

    private static func flag(_ key: String, _ parameters: Parameters) throws -> Bool {
        switch parameters.get(key) {
        case "1", "true": return true
        case nil, "", "0", "false": return false
        default: throw WireError.invalidRequest("\(key): expected 1 or 0", field: key)
        }
    }
}
