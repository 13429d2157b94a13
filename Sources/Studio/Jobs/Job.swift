public import History

/// A job as everybody sees it. Times are UTC milliseconds.
public struct Job: Encodable, Equatable, Sendable {
    public let id: Int64
    public let status: JobStatus
    /// A `DrawRequest`, or what another version of the program took for one.
    public let request: JSONFragment
    /// Times that it was begun, and how many of these ended with a crash.
    public let attempt: Int
    public let lost: Int
    public let createdAt: Timestamp
    public let startedAt: Timestamp?
    public let endedAt: Timestamp?
    public let error: JobError?
    /// Identifiers of its pictures so far.
    public let images: [Int64]
    /// Of a queued job: 1 for the next one.
    public let position: Int?

    /// - Throws: `JSONFault` if the row's request is not JSON.
    public init(_ record: JobRecord) throws {
        id = record.id
        status = record.status
        request = try JSONFragment(record.request)
        attempt = record.attempt
        lost = record.lost
        createdAt = record.createdAt
        startedAt = record.startedAt
        endedAt = record.endedAt
        error = record.error
        images = record.images.map(\.id)
        position = record.position
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, request, attempt, lost, createdAt, startedAt, endedAt, error, images, position
    }

    /// With `null` for what does not apply, so that every job has the same keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(request, forKey: .request)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(lost, forKey: .lost)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(endedAt, forKey: .endedAt)
        try container.encode(error, forKey: .error)
        try container.encode(images, forKey: .images)
        try container.encode(position, forKey: .position)
    }
}
