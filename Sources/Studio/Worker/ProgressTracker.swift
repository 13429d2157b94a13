import Diffusion
import FluxModels

/// Turns what the engine says of one picture into progress, at most ten times a second: the latest counts, and a new phase is told at
/// once, a new step twenty times a second at most.
struct ProgressTracker {
    static let interval = Duration.milliseconds(100)
    private static let stepInterval = Duration.milliseconds(50)

    private let work: Pace.Work
    private let began: ContinuousClock.Instant
    private var current: Progress
    private var phase = Phase.load
    private var phaseBegan: Double = 0
    private var stepSeconds: [Double] = []
    /// When the engine began with this picture.
    private var engineBegan: ContinuousClock.Instant?
    private var sent: ContinuousClock.Instant?
    private var isDue = false

    init(_ run: RunID, image: Int, of images: Int, steps: Int, work: Pace.Work, began: ContinuousClock.Instant = .now) {
        self.work = work
        self.began = began
        current = Progress(
            job: run.job, attempt: run.attempt, image: image, images: images, phase: Phase.load.rawValue, steps: steps, elapsed: 0,
            time: TimeClasses(wait: 0, compute: 0, copy: 0, hiddenCopy: 0))
    }

    /// Which of the run's pictures this is.
    var image: Int { current.image }

    /// - Returns: Whether this is to be told at once.
    mutating func observe(_ event: GenerationEvent, _ pace: inout Pace, at now: ContinuousClock.Instant = .now) -> Bool {
        if engineBegan == nil { engineBegan = now }
        switch event {
        case .phaseBegan(let phase):
            learn(&pace, at: now)
            self.phase = phase
            phaseBegan = seconds(at: now)
            enter(phase.rawValue)
            return true
        case .position(_, let step, let position):
            let (isNewStep, isFirst) = (step != current.step, current.step == nil)
            current.step = step
            (current.block, current.blocks) = (position.block, position.blockCount)
            (current.stream, current.layer) = (position.kind.streamName, position.sublayer.rawValue)
            current.unitSeconds = pace.unitSeconds(phase, work, count: position.blockCount)
            isDue = true
            return isNewStep && (isFirst || sent.map { now - $0 >= Self.stepInterval } ?? true)
        case .stepEnded(_, _, let seconds):
            stepSeconds.append(seconds)
            pace.learn(.denoise, work, seconds: seconds)
            return false
        case .notice, .outlook, .promptFound: return false
        case .finished:
            learn(&pace, at: now)
            return false
        }
    }

    /// - Parameter unitSeconds: How long the phase was planned to take, where the engine has no part in it.
    mutating func enter(_ name: String, unitSeconds: Double? = nil) {
        current.phase = name
        (current.step, current.block, current.blocks) = (nil, nil, nil)
        (current.stream, current.layer, current.unitSeconds) = (nil, nil, unitSeconds)
        isDue = true
    }

    private mutating func learn(_ pace: inout Pace, at now: ContinuousClock.Instant) {
        if phase != .denoise { pace.learn(phase, work, seconds: seconds(at: now) - phaseBegan) }
    }

    /// What is to be told now, if something new is and, unless `atOnce`, the last time is long enough ago.
    mutating func take(
        _ traffic: WeightTraffic?, _ pace: Pace, atOnce: Bool, at now: ContinuousClock.Instant = .now
    ) -> Progress? {
        guard isDue || atOnce, atOnce || sent.map({ now - $0 >= Self.interval }) ?? true else { return nil }
        (sent, isDue) = (now, false)
        current.elapsed = seconds(at: now)
        if let traffic { current.bytesDone = traffic.loadedByteCount + traffic.streamedByteCount }
        current.time = times(traffic, at: now)
        current.remaining = Phase(rawValue: current.phase) == nil ? 0 : remaining(pace)
        return current
    }

    private func times(_ traffic: WeightTraffic?, at now: ContinuousClock.Instant) -> TimeClasses {
        let elapsed = seconds(at: now)
        // Until its first word, the engine was still busy with what came before.
        let wait = engineBegan.map { ($0 - began) / .seconds(1) } ?? elapsed
        let copy = traffic.map { $0.exposedSeconds.values.reduce(0, +) } ?? current.time.copy
        let hidden = traffic.map { $0.fillSeconds * ($0.hiddenShare ?? 0) } ?? current.time.hiddenCopy
        return TimeClasses(wait: wait, compute: max(0, elapsed - wait - copy), copy: copy, hiddenCopy: hidden)
    }

    private func remaining(_ pace: Pace) -> Double? {
        let part = current.blocks.map { Double(current.block ?? 0) / Double(max(1, $0)) } ?? 0
        let stepsLeft =
            switch phase {
            case .decode: 0.0
            case .denoise: Double(current.steps - stepSeconds.count) - part
            case .load, .clip, .t5, .modulation: Double(current.steps)
            }
        return pace.remaining(phase, work, stepsLeft: max(0, stepsLeft), phaseLeft: 1 - part, stepSeconds: stepSeconds)
    }

    private func seconds(at now: ContinuousClock.Instant) -> Double { (now - began) / .seconds(1) }
}

extension BlockKind {
    fileprivate var streamName: String {
        switch self {
        case .clipLayer: "clip"
        case .t5Block: "t5"
        case .modulation: "modulation"
        case .doubleStream: "double"
        case .singleStream: "single"
        case .decoder: "decoder"
        }
    }
}
