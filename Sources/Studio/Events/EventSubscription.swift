import Synchronization

/// One reader's view of the events. Nothing is kept for a reader that is gone, and one that falls behind loses what it did not read:
/// it is told to read the snapshot, and goes on from there.
public final class EventSubscription: Sendable {
    /// What may wait for a reader; one more and it has fallen behind.
    public static let limit = 256

    public enum Item: Sendable {
        case event(Event)
        case ping
    }

    private struct State {
        /// What happened before, which the hub's ring bounds.
        var missed: ArraySlice<Event>
        var items: [Item] = []
        var reader: CheckedContinuation<Item?, Never>?
        var isFinished = false
    }

    private let state: Mutex<State>

    init(_ missed: [Event]) {
        state = Mutex(State(missed: missed[...]))
    }

    /// The next item, waited for; `nil` at the end or once the calling task is cancelled. For one reader at a time.
    public func next() async -> Item? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: Item?? = state.withLock { state in
                    if let event = state.missed.popFirst() { return .event(event) }
                    if !state.items.isEmpty { return state.items.removeFirst() }
                    if state.isFinished { return .some(nil) }
                    precondition(state.reader == nil, "a subscription has one reader")
                    state.reader = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            finish()
        }
    }

    /// The next item and all that wait with it; empty where `next` is `nil`.
    func nextBatch() async -> [Item] {
        guard let first = await next() else { return [] }
        return [first]
            + state.withLock { state in
                defer { (state.missed, state.items) = ([], []) }
                return state.missed.map { .event($0) } + state.items
            }
    }

    func offer(_ item: Item, orResync resync: Event) {
        let reader = state.withLock { state -> CheckedContinuation<Item?, Never>? in
            if state.isFinished { return nil }
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            if state.items.count == Self.limit { state.items = [.event(resync)] } else { state.items.append(item) }
            return nil
        }
        reader?.resume(returning: item)
    }

    /// Lets the reader have what waits for it, and no more.
    func finish() {
        let reader = state.withLock { state in
            state.isFinished = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }
}
