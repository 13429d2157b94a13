/// One line of the studio's news: what changed, as JSON.
public struct Event: Sendable {
    public let id: EventID
    /// `job`, `progress`, `memory`, `image`, `queue`, `worker`, `preview` or `resync`.
    public let type: String
    /// A server-sent event (HTML Living Standard, section 9.2): written once, for however many readers there are.
    let text: [UInt8]
    private let dataStart: Int

    /// - Parameter data: A JSON value without line breaks.
    init(id: EventID, type: String, data: [UInt8]) {
        self.id = id
        self.type = type
        let head = Array("id: \(id)\nevent: \(type)\ndata: ".utf8)
        dataStart = head.count
        text = head + data + Self.end
    }

    private static let end = Array("\n\n".utf8)

    public var data: ArraySlice<UInt8> { text[dataStart..<text.count - Self.end.count] }

    /// Whether it says all that an earlier event of its type said, and later.
    var supersedes: Bool { type == "progress" || type == "preview" }
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
