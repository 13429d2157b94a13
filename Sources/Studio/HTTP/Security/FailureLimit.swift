import Synchronization

/// Slows down who tries tokens: after ten wrong ones an address waits until they are a minute old.
final class FailureLimit: Sendable {
    private let limit: Int
    private let window: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let failures = Mutex<[String: [ContinuousClock.Instant]]>([:])
    /// Addresses remembered; beyond it, those without a recent failure are forgotten.
    private static let addressLimit = 4096

    init(
        limit: Int = 10, window: Duration = .seconds(60), now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.limit = limit
        self.window = window
        self.now = now
    }

    /// Seconds to wait before this address may try again; `nil` if it may.
    func wait(_ address: String) -> Int? {
        let now = now()
        return failures.withLock { failures in
            guard let recent = failures[address]?.filter({ now - $0 < window }), recent.count >= limit else { return nil }
            return max(1, Int((window - (now - recent[recent.count - limit])).components.seconds) + 1)
        }
    }

    func record(_ address: String) {
        let now = now()
        failures.withLock { failures in
            if failures.count >= Self.addressLimit { failures = failures.filter { now - $0.value[$0.value.count - 1] < window } }
            failures[address] = (failures[address, default: []].filter { now - $0 < window } + [now]).suffix(limit)
        }
    }
}
