import FoundationEssentials
public import Logging

/// Tells every open page what happens. A publisher never waits for a reader, and what a reader may hold is bounded.
public actor EventHub {
    private struct Reader {
        weak var subscription: EventSubscription?
    }

    /// A hub that has more readers than it may.
    public struct TooManyReaders: Error, Equatable {
        public let limit: Int
    }

    public static let ringLimit = 4096
    private let start: Int64
    private let readerLimit: Int
    private let logger: Logger
    /// The last events, the one with sequence number n at n modulo the limit.
    private var ring: [Event] = []
    private var sequence = 0
    private var readers: [Reader] = []
    private var isFinished = false

    /// - Parameters:
    ///   - start: UTC milliseconds, which tell this server's events from those of the one before; now if absent.
    ///   - readerLimit: Event streams that may be open at once.
    public init(
        start: Int64? = nil, readerLimit: Int = 256, logger: Logger = Logger(label: "sluice.events")
    ) {
        self.start = start ?? Int64(Date().timeIntervalSince1970 * 1000)
        self.readerLimit = readerLimit
        self.logger = logger
    }

    /// The newest event; a snapshot read after it holds all that this event and the ones before say.
    public var lastID: EventID { EventID(start: start, sequence: sequence) }

    public var readerCount: Int { readers.count { $0.subscription != nil } }

    /// Sends an event to every reader.
    public func publish(_ type: String, _ data: some Encodable & Sendable) {
        do {
            let encoded = try WireFormat.encode(data)
            sequence += 1
            let event = Event(id: lastID, type: type, data: encoded)
            if ring.count < Self.ringLimit { ring.append(event) } else { ring[(sequence - 1) % Self.ringLimit] = event }
            deliver { $0.offer(.event(event), orResync: resync) }
        } catch {
            logger.error("an event of type \(type) has no JSON form: \(error)")
        }
    }

    /// Shows every reader, and whatever lies between, that the connection lives.
    public func ping() {
        deliver { $0.offer(.ping, orResync: resync) }
    }

    /// Ends every stream; later ones are empty.
    public func finish() {
        isFinished = true
        deliver { $0.finish() }
    }

    /// What happens from now on, or after an event that a reader has seen. A reader that missed what is not held any more, or
    /// comes from another server, is told to read the snapshot first.
    /// - Throws: `TooManyReaders`.
    public func subscribe(lastEventID: String? = nil) throws(TooManyReaders) -> EventSubscription {
        readers.removeAll { $0.subscription == nil }
        if readers.count >= readerLimit { throw TooManyReaders(limit: readerLimit) }
        let subscription = EventSubscription(missed(since: lastEventID))
        if isFinished { subscription.finish() }
        readers.append(Reader(subscription: subscription))
        return subscription
    }

    private func missed(since lastEventID: String?) -> [Event] {
        guard let lastEventID else { return [] }
        guard let id = EventID(lastEventID), id.start == start, id.sequence <= sequence,
            sequence - id.sequence <= ring.count
        else { return [resync] }
        return (id.sequence..<sequence).map { ring[$0 % Self.ringLimit] }
    }

    private var resync: Event { Event(id: lastID, type: "resync", data: Array("{}".utf8)) }

    private func deliver(_ body: (EventSubscription) -> Void) {
        for reader in readers { if let subscription = reader.subscription { body(subscription) } }
    }
}
