public import History

/// A picture of the history as everybody sees it. Times are UTC milliseconds.
public struct HistoryImage: Encodable, Equatable, Sendable {
    private let record: ImageRecord
    private let metrics: JSONFragment?

    public var id: Int64 { record.id }

    /// - Throws: `JSONFault` if the row's metrics are not JSON.
    public init(_ record: ImageRecord) throws {
        self.record = record
        metrics = try record.metrics.map { try JSONFragment($0) }
    }

    private enum CodingKeys: String, CodingKey {
        case id, job, ordinal, sha256, width, height, seed, prompt, parameters, metrics, parent, children, starred, missing, createdAt
        case trashedAt, seconds, peakBytes, byteCount
    }

    /// With `null` for what does not apply, so that every picture has the same keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(record.id, forKey: .id)
        try container.encode(record.job, forKey: .job)
        try container.encode(record.ordinal, forKey: .ordinal)
        try container.encode(record.sha256, forKey: .sha256)
        try container.encode(record.width, forKey: .width)
        try container.encode(record.height, forKey: .height)
        try container.encode(record.seed, forKey: .seed)
        try container.encode(record.prompt, forKey: .prompt)
        try container.encode(record.parameters, forKey: .parameters)
        try container.encode(metrics, forKey: .metrics)
        try container.encode(record.parent, forKey: .parent)
        try container.encode(record.children, forKey: .children)
        try container.encode(record.starred, forKey: .starred)
        try container.encode(record.missing, forKey: .missing)
        try container.encode(record.createdAt, forKey: .createdAt)
        try container.encode(record.trashedAt, forKey: .trashedAt)
        try container.encode(record.seconds, forKey: .seconds)
        try container.encode(record.peakBytes, forKey: .peakBytes)
        try container.encode(record.byteCount, forKey: .byteCount)
    }
}
