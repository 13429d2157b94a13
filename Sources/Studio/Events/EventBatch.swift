/// What readers are told at once, written out once for all of them.
public struct EventBatch: Sendable {
    public enum Item: Sendable {
        case event(Event)
        case ping
    }

    public let items: [Item]
    /// Server-sent events, without those that a later one of the batch says again.
    let text: [UInt8]

    private static let ping = Array(": ping\n\n".utf8)

    init(_ items: [Item]) {
        self.items = items
        var last: [String: EventID] = [:]
        for case .event(let event) in items where event.supersedes { last[event.type] = event.id }
        text = items.flatMap { item in
            switch item {
            case .ping: Self.ping
            case .event(let event): last[event.type, default: event.id] == event.id ? event.text : []
            }
        }
    }
}
