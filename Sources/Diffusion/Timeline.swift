/// Where the time of a run went: nested spans of phases, steps, blocks and sub-layers, in seconds from the run's start.
public struct Timeline: Sendable {
    /// Outermost first.
    public enum Track: Int, CaseIterable, Sendable { case phase, step, block, sublayer }

    public struct Span: Sendable {
        public let track: Track
        public let name: String
        public let start: Double
        public let seconds: Double
    }

    /// In the order they ended.
    public private(set) var spans: [Span] = []
    private var open: [Track: (name: String, start: Double)] = [:]

    public func spans(on track: Track) -> [Span] { spans.filter { $0.track == track } }

    /// When the last span ended.
    public var seconds: Double { spans.map { $0.start + $0.seconds }.max() ?? 0 }

    /// Ends what is open on this track and inside it, and opens a span.
    mutating func begin(_ name: String, on track: Track, at now: Double) {
        close(from: track, at: now)
        open[track] = (name, now)
    }

    /// As `begin`, unless a span of this name is open already.
    mutating func enter(_ name: String, on track: Track, at now: Double) {
        if open[track]?.name != name { begin(name, on: track, at: now) }
    }

    mutating func close(from outermost: Track, at now: Double) {
        for track in Track.allCases.reversed() where track.rawValue >= outermost.rawValue {
            guard let (name, start) = open.removeValue(forKey: track) else { continue }
            spans.append(Span(track: track, name: name, start: start, seconds: now - start))
        }
    }
}
