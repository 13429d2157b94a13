import Synchronization

/// How many requests of one client are worked on at once.
final class ConcurrencyLimit: Sendable {
    private let limit: Int
    private let running = Mutex<[String: Int]>([:])

    init(_ limit: Int = 64) {
        self.limit = limit
    }

    /// False if the client has as many as it may; otherwise `leave` must follow.
    func enter(_ client: String) -> Bool {
        running.withLock { running in
            let count = running[client, default: 0]
            if count >= limit { return false }
            running[client] = count + 1
            return true
        }
    }

    func leave(_ client: String) {
        running.withLock { running in
            let count = running[client, default: 1] - 1
            running[client] = count == 0 ? nil : count
        }
    }
}
