import HTTPTypes
import History
import Hummingbird
import NIOCore

extension Routes {
    func addSystem(to group: Group) {
        group.get("capabilities") { request, _ in
            guard let capabilities = await studio.capabilities else {
                throw WireError(status: .serviceUnavailable, code: "unavailable", message: "the engine is starting", retryAfterSeconds: 1)
            }
            return try Self.reply(
                CapabilitiesReply(
                    capabilities: capabilities, authentication: policy.token != nil, readOnlyHistory: policy.historyIsReadOnly), to: request
            )
        }
        group.get("snapshot") { _, _ in
            // Events that this state has already may come again, but none that it lacks is left out.
            let eventID = await hub.lastID
            let lists = try await replies.json("snapshot", at: await store.revision) { try await studio.lists() }
            let status = try WireFormat.encode(StatusReply(status: try await studio.status(), eventId: eventID.description))
            return Self.reply(json: WireFormat.merged(lists, status))
        }
        group.get("stats") { _, _ in
            let (images, jobs) = (try await store.imageTotals(), try await store.jobCounts())
            let status = try await studio.status()
            return try Self.reply(
                StatsReply(
                    images: .init(count: images.count, starred: images.starred, trashed: images.trashed, bytes: images.byteCount),
                    jobs: Dictionary(uniqueKeysWithValues: JobStatus.allCases.map { ($0.rawValue, jobs[$0] ?? 0) }),
                    disk: status.disk, worker: status.worker, queue: status.queue))
        }
    }
}

private struct CapabilitiesReply: Encodable {
    let capabilities: Capabilities
    let languages = ["en", "zh-CN"]
    let uploadBytes = UploadedImage.byteLimit
    let authentication, readOnlyHistory: Bool

    private enum CodingKeys: CodingKey { case languages, uploadBytes, authentication, readOnlyHistory }

    func encode(to encoder: any Encoder) throws {
        try capabilities.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(languages, forKey: .languages)
        try container.encode(uploadBytes, forKey: .uploadBytes)
        try container.encode(authentication, forKey: .authentication)
        try container.encode(readOnlyHistory, forKey: .readOnlyHistory)
    }
}

private struct StatusReply: Encodable {
    let status: StudioStatus
    let eventId: String

    private enum CodingKeys: CodingKey { case eventId }

    func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(eventId, forKey: .eventId)
    }
}

private struct StatsReply: Encodable {
    struct Images: Encodable {
        let count, starred, trashed, bytes: Int
    }

    let images: Images
    let jobs: [String: Int]
    let disk: DiskStatus
    let worker: WorkerStatus
    let queue: QueueStatus
}
