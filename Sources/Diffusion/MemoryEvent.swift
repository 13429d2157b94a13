import Memory

/// Something that happened to a run's memory, in seconds from the run's start.
public struct MemoryEvent: Sendable {
    public enum Kind: String, Sendable {
        /// A page was made, given back, put behind addresses, or taken from there.
        case create, destroy, map, unmap
        /// Weights were read into the ring, or to where they stay.
        case fill, load
        /// Computing waited for weights in the ring.
        case wait
    }

    public let kind: Kind
    /// The owner of a page; the unit that weights belong to.
    public let subject: String
    public let byteCount: Int
    public let start: Double
    public let seconds: Double
}

/// The start of a run on the clock that the memory layer notes times on.
struct RunClock: Sendable {
    let began: ContinuousClock.Instant
    private let origin: Int

    init(began: ContinuousClock.Instant) {
        self.began = began
        origin = MonotonicClock.nanoseconds - Int((ContinuousClock.now - began) / .nanoseconds(1))
    }

    var seconds: Double { (ContinuousClock.now - began) / .seconds(1) }

    func event(_ kind: MemoryEvent.Kind, _ subject: String, _ byteCount: Int, _ start: Int, _ end: Int) -> MemoryEvent {
        MemoryEvent(
            kind: kind, subject: subject, byteCount: byteCount, start: Double(start - origin) / 1e9, seconds: Double(end - start) / 1e9)
    }

    func event(_ page: PageEvent) -> MemoryEvent {
        let kind: MemoryEvent.Kind =
            switch page.kind {
            case .create: .create
            case .destroy: .destroy
            case .map: .map
            case .unmap: .unmap
            }
        return event(kind, page.owner.rawValue, page.byteCount, page.start, page.end)
    }
}
