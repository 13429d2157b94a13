import Synchronization

/// One reader's view of the events. Nothing is kept for a reader that is gone, and one that falls behind loses what it did not read:
/// it is told to read the snapshot, and goes on from there.
public final class EventSubscription: Sendable {
    /// Events that may wait for a reader; one more and it has fallen behind.
    public static let limit = 256

    private struct State {
        /// What happened before, which the hub's ring bounds.
        var missed: EventBatch?
        var batches: [EventBatch] = []
        var reader: CheckedContinuation<EventBatch?, Never>?
        var isFinished = false
    }

    private let state = Mutex(State())

    init(_ missed: [Event]) {
        if !missed.isEmpty { state.withLock { $0.missed = EventBatch(missed.map { .event($0) }) } }
    }

    /// What comes next, waited for; `nil` at the end or once the calling task is cancelled. For one reader at a time.
    public func next() async -> EventBatch? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: EventBatch?? = state.withLock { state in
                    if let missed = state.missed.take() { return missed }
                    if !state.batches.isEmpty { return state.batches.removeFirst() }
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

    func offer(_ batch: EventBatch, orResync resync: Event) {
        let reader = state.withLock { state -> CheckedContinuation<EventBatch?, Never>? in
            if state.isFinished { return nil }
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            let waiting = state.batches.reduce(batch.items.count) { $0 + $1.items.count }
            if waiting > Self.limit { state.batches = [EventBatch([.event(resync)])] } else { state.batches.append(batch) }
            return nil
        }
        reader?.resume(returning: batch)
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
