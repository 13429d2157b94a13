/// Where news goes: everybody who watches.
public protocol EventSink: Sendable {
    func publish(_ type: String, _ data: some Encodable & Sendable) async
}

extension EventHub: EventSink {}
