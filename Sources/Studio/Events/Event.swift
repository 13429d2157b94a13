/// One line of the studio's news: what changed, as JSON.
public struct Event: Sendable {
    public let id: EventID
    /// `job`, `progress`, `memory`, `image`, `queue`, `worker`, `preview` or `resync`.
    public let type: String
    /// A JSON value without line breaks.
    public let data: [UInt8]
}

/// When an event happened: the start of the server, UTC milliseconds, and a count from 1.
public struct EventID: Hashable, Sendable, LosslessStringConvertible {
    public let start: Int64
    public let sequence: Int

    public init(start: Int64, sequence: Int) {
        self.start = start
        self.sequence = sequence
    }

    /// Reads "<start>-<sequence>"; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = Int64(parts[0]), let sequence = Int(parts[1]), sequence >= 0 else { return nil }
        self.init(start: start, sequence: sequence)
    }

    public var description: String { "\(start)-\(sequence)" }
}
