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
    /// What was not told yet.
    private var news: [EventBatch.Item] = []
    private var lastTold: ContinuousClock.Instant?
    private var teller: Task<Void, any Error>?
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

    /// How long readers are left alone after they were told: eyes need no more than ten times a second, and where readers are many,
    /// each takes time that the engine would have.
    var interval: Duration { max(.milliseconds(100), .milliseconds(2) * readers.count) }

    /// Sends an event to every reader, at once or with what happens meanwhile.
    public func publish(_ type: String, _ data: some Encodable & Sendable) {
        do {
            let encoded = try WireFormat.encode(data)
            sequence += 1
            let event = Event(id: lastID, type: type, data: encoded)
            if ring.count < Self.ringLimit { ring.append(event) } else { ring[(sequence - 1) % Self.ringLimit] = event }
            announce(.event(event))
        } catch {
            logger.error("an event of type \(type) has no JSON form: \(error)")
        }
    }

    /// Shows every reader, and whatever lies between, that the connection lives.
    public func ping() {
        announce(.ping)
    }

    /// Ends every stream; later ones are empty.
    public func finish() {
        tell()
        isFinished = true
        for reader in readers { reader.subscription?.finish() }
    }

    /// What happens from now on, or after an event that a reader has seen. A reader that missed what is not held any more, or
    /// comes from another server, is told to read the snapshot first.
    /// - Throws: `TooManyReaders`.
    public func subscribe(lastEventID: String? = nil) throws(TooManyReaders) -> EventSubscription {
        // What happened before is not for the new one.
        tell()
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

    private func announce(_ item: EventBatch.Item) {
        news.append(item)
        guard teller == nil else { return }
        let now = ContinuousClock.now
        guard let due = lastTold.map({ $0 + interval }), due > now else { return tell() }
        teller = Task {
            try await Task.sleep(until: due)
            tell()
        }
    }

    /// Tells every reader what it was not told yet.
    func tell() {
        teller?.cancel()
        teller = nil
        readers.removeAll { $0.subscription == nil }
        if news.isEmpty { return }
        lastTold = .now
        let (batch, resync) = (EventBatch(news), resync)
        news.removeAll()
        for reader in readers { reader.subscription?.offer(batch, orResync: resync) }
    }
}
