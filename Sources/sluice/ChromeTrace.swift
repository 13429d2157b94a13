import Diffusion

/// A run's timeline in the Chrome trace format, a track for each level of nesting.
struct ChromeTrace: Encodable {
    let traceEvents: [Event]
    let displayTimeUnit = "ms"

    /// A complete event ("X"); times in microseconds.
    struct Event: Encodable {
        let name: String
        let ph = "X"
        let ts, dur: Double
        let pid = 1
        let tid: Int
    }

    init(_ timeline: Timeline) {
        traceEvents = timeline.spans.map { span in
            Event(name: span.name, ts: span.start * 1e6, dur: span.seconds * 1e6, tid: span.track.rawValue + 1)
        }
    }
}
