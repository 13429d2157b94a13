import History
import Synchronization

/// What the server counts about itself while it runs.
public final class StudioMetrics: Sendable {
    private struct RouteCode: Hashable {
        let route: String
        let code: Int
    }

    private struct PhaseClass: Hashable {
        let phase, kind: String
    }

    private struct Counts {
        var requests: [RouteCode: Int] = [:]
        var streams = 0
        var ends: [JobStatus: Int] = [:]
        var phaseSeconds: [PhaseClass: Double] = [:]
        var steps = Histogram(bounds: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300])
        var fragmentation: Double?
    }

    private let counts = Mutex(Counts())

    public init() {}

    /// - Parameter route: The pattern that the path fits; paths themselves would make a series each.
    func count(route: String?, code: Int) {
        counts.withLock { $0.requests[RouteCode(route: route ?? "none", code: code), default: 0] += 1 }
    }

    func countEnd(_ status: JobStatus) {
        counts.withLock { $0.ends[status, default: 0] += 1 }
    }

    func streamOpened() { counts.withLock { $0.streams += 1 } }
    func streamClosed() { counts.withLock { $0.streams -= 1 } }

    /// Adds the times of a finished picture.
    func record(_ report: PictureReport) {
        counts.withLock { counts in
            for phase in report.time.phases {
                let classes = [("wait", phase.waitSeconds), ("compute", phase.computeSeconds), ("copy", phase.copySeconds)]
                for (kind, seconds) in classes { counts.phaseSeconds[PhaseClass(phase: phase.name, kind: kind), default: 0] += seconds }
            }
            for seconds in report.time.stepSeconds { counts.steps.add(seconds) }
            counts.fragmentation = report.memory.fragmentationPeak
        }
    }

    func write(to text: inout MetricsText) {
        let counts = counts.withLock { $0 }
        text.family("sluice_http_requests_total", "counter", "Requests by route and status.")
        for (key, count) in counts.requests.sorted(by: { ($0.key.route, $0.key.code) < ($1.key.route, $1.key.code) }) {
            text.sample("sluice_http_requests_total", ["route": key.route, "code": "\(key.code)"], Double(count))
        }
        text.family("sluice_jobs_total", "counter", "Jobs that ended while the server ran, by state.")
        for status in JobStatus.allCases where status.isEnd {
            text.sample("sluice_jobs_total", ["state": status.rawValue], Double(counts.ends[status] ?? 0))
        }
        text.family("sluice_sse_clients", "gauge", "Open event streams.")
        text.sample("sluice_sse_clients", Double(counts.streams))
        text.family("sluice_phase_seconds_total", "counter", "Time of finished pictures by phase and class.")
        for (key, seconds) in counts.phaseSeconds.sorted(by: { ($0.key.phase, $0.key.kind) < ($1.key.phase, $1.key.kind) }) {
            text.sample("sluice_phase_seconds_total", ["phase": key.phase, "class": key.kind], seconds)
        }
        text.histogram("sluice_step_seconds", "Time of a denoising step.", counts.steps)
        if let fragmentation = counts.fragmentation {
            text.family(
                "sluice_fragmentation_ratio", "gauge", "Of the last picture: 1 - most bytes held / most bytes mapped in its buffers.")
            text.sample("sluice_fragmentation_ratio", fragmentation)
        }
    }
}

/// The part of an engine's report that is counted.
struct PictureReport: Decodable {
    struct Time: Decodable {
        struct Phase: Decodable {
            let name: String
            let waitSeconds, computeSeconds, copySeconds: Double
        }

        let phases: [Phase]
        let stepSeconds: [Double]
    }

    struct Memory: Decodable {
        let fragmentationPeak: Double?
    }

    let time: Time
    let memory: Memory
}

/// How often values fell at or below each bound.
struct Histogram {
    let bounds: [Double]
    private(set) var counts: [Int]
    private(set) var sum = 0.0
    private(set) var count = 0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count)
    }

    mutating func add(_ value: Double) {
        for (index, bound) in bounds.enumerated() where value <= bound { counts[index] += 1 }
        sum += value
        count += 1
    }
}
