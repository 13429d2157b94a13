import Diffusion

/// A run in the Chrome trace format: a track for each level of its timeline, tracks for what happened to its memory, and its memory curve.
struct ChromeTrace: Encodable {
    let traceEvents: [Event]
    let displayTimeUnit = "ms"

    /// One event; times in microseconds.
    struct Event: Encodable {
        enum Kind: String, Encodable {
            case complete = "X"
            case counter = "C"
            case metadata = "M"
        }

        let name: String
        let ph: Kind
        let ts: Double
        var dur: Double?
        let pid = 1
        let tid: Int
        var args: Arguments?
    }

    /// What an event carries besides: the name of a track, the bytes that an event moved, or bytes by what they are held for.
    enum Arguments: Encodable {
        case track(String)
        case bytes(Int)
        case held([String: Int])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .track(let name): try container.encode(["name": name])
            case .bytes(let count): try container.encode(["bytes": count])
            case .held(let counts): try container.encode(counts)
            }
        }
    }

    init(_ image: GeneratedImage) {
        let spans = image.timeline.spans.map { span in
            Event(name: span.name, ph: .complete, ts: span.start * 1e6, dur: span.seconds * 1e6, tid: span.track.rawValue + 1)
        }
        let memory = image.memoryEvents.map { event in
            Event(
                name: "\(event.kind.rawValue) \(event.subject)", ph: .complete, ts: event.start * 1e6, dur: event.seconds * 1e6,
                tid: event.kind.track.rawValue, args: .bytes(event.byteCount))
        }
        traceEvents = Self.names + spans + memory + (image.memoryCurve?.samples.map(Self.counter) ?? [])
    }

    /// Tracks of memory, below those of the timeline.
    fileprivate enum MemoryTrack: Int, CaseIterable {
        case waits = 11
        case arrivals, pages

        var name: String {
            switch self {
            case .waits: "waiting for weights"
            case .arrivals: "weights arriving"
            case .pages: "pages"
            }
        }
    }

    private static var names: [Event] {
        let tracks = Timeline.Track.allCases.map { ($0.rawValue + 1, "\($0)") } + MemoryTrack.allCases.map { ($0.rawValue, $0.name) }
        return tracks.map { Event(name: "thread_name", ph: .metadata, ts: 0, tid: $0, args: .track($1)) }
    }

    private static func counter(_ sample: MemoryCurve.Sample) -> Event {
        Event(
            name: "memory", ph: .counter, ts: sample.seconds * 1e6, tid: 0,
            args: .held([
                "context": sample.contextByteCount, "kept": sample.keptByteCount, "resident": sample.residentByteCount,
                "ring": sample.ringByteCount, "arena": sample.arenaByteCount,
            ]))
    }
}

extension MemoryEvent.Kind {
    fileprivate var track: ChromeTrace.MemoryTrack {
        switch self {
        case .wait: .waits
        case .fill, .load: .arrivals
        case .create, .destroy, .map, .unmap: .pages
        }
    }
}
