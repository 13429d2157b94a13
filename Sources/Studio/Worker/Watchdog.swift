/// Says when an engine has been silent for too long: counted from its last progress, not from a sign of life that a hanging engine
/// would still give.
struct Watchdog {
    /// The shortest silence that counts, and how many times the planned time of what is being computed.
    var least = Duration.seconds(30)
    var factor = 20.0
    /// When the engine counts as lost; `nil` while nothing is expected of it.
    private(set) var deadline: ContinuousClock.Instant?

    mutating func expectHello(within limit: Duration, at now: ContinuousClock.Instant = .now) { deadline = now + limit }

    mutating func observe(_ order: WorkerOrder, at now: ContinuousClock.Instant = .now) {
        if case .run = order { deadline = now + least }
    }

    mutating func observe(_ message: WorkerMessage, at now: ContinuousClock.Instant = .now) {
        switch message {
        case .progress(let progress): deadline = now + max(least, .seconds(factor * (progress.unitSeconds ?? 0)))
        case .accepted, .image: deadline = now + least
        case .hello, .unusable, .done, .drained, .cancelled, .failed: deadline = nil
        case .memory, .preview, .pong, .planned: break
        }
    }
}

/// How long to wait before an engine is started again: 1, 2, 4 … 60 seconds, from the beginning after one that worked.
struct Backoff {
    var first = Duration.seconds(1)
    var longest = Duration.seconds(60)
    private var failures = 0

    init(first: Duration = .seconds(1), longest: Duration = .seconds(60)) {
        self.first = first
        self.longest = longest
    }

    /// The engine delivered something, so what ends it next is a new story.
    mutating func succeed() { failures = 0 }

    mutating func next() -> Duration {
        defer { failures += 1 }
        return min(longest, first * (1 << min(failures, 16)))
    }
}
