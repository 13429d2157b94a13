import Synchronization

/// One call that moved memory between a device and a region.
public struct PageEvent: Equatable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A page was made, or given back to the device.
        case create, destroy
        /// A page was put behind addresses of a region, or taken from there.
        case map, unmap
    }

    public let kind: Kind
    /// The region's owner; of pages that are made or given back, the pool.
    public let owner: MemoryOwner
    public let byteCount: Int
    /// When the call began and ended, nanoseconds of the monotonic clock.
    public let start, end: Int
}

/// The latest calls that moved pages, up to a fixed number; older ones are only counted.
public final class PageLog: Sendable {
    private struct State {
        var events: [PageEvent] = []
        var droppedCount = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// An empty log.
    public init(capacity: Int = 1 << 14) {
        self.capacity = capacity
    }

    /// Runs `body`, which makes the call, and notes it if it succeeds.
    func noting<R>(
        _ kind: PageEvent.Kind, _ owner: MemoryOwner, _ byteCount: Int, _ body: () throws(MemoryError) -> R
    ) throws(MemoryError) -> R {
        let start = MonotonicClock.nanoseconds
        let result = try body()
        let event = PageEvent(kind: kind, owner: owner, byteCount: byteCount, start: start, end: MonotonicClock.nanoseconds)
        state.withLock { state in
            if state.events.count == capacity {
                state.events.removeFirst(capacity / 2)
                state.droppedCount += capacity / 2
            }
            state.events.append(event)
        }
        return result
    }

    /// The calls since the log was last emptied, and how many before them were dropped; the log is empty then.
    public func take() -> (events: [PageEvent], droppedCount: Int) {
        state.withLock { state in
            defer { state = State() }
            return (state.events, state.droppedCount)
        }
    }
}
