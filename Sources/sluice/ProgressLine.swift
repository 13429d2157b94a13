import Diffusion
import FluxModels
import Memory
import Synchronization

/// Progress on standard error: one redrawn line on a terminal, one plain line per step elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var stepSeconds: [Double] = []
        var drawn: ContinuousClock.Instant?
    }

    private let isQuiet: Bool
    private let isTerminal = StandardError.isTerminal
    private let ledger: Ledger
    private let picture: (number: Int, count: Int)
    private let stepCount: Int
    private let state = Mutex(State())

    init(isQuiet: Bool, memory ledger: Ledger, picture: (Int, Int), steps: Int) {
        self.isQuiet = isQuiet
        self.ledger = ledger
        self.picture = picture
        stepCount = steps
    }

    func show(_ event: GenerationEvent) {
        if isQuiet { return }
        switch event {
        case .notice(let notice):
            clear()
            StandardError.write("sluice: note: \(notice)\n")
        case .phaseBegan(let phase):
            if isTerminal { redraw("\(prefix)\(phase.label)", force: true) }
        case .position(let phase, let step, let position):
            if isTerminal { redraw(line(phase, step, position), force: false) }
        case .stepEnded(let step, let steps, let seconds):
            state.withLock { $0.stepSeconds.append(seconds) }
            if !isTerminal {
                StandardError.write("\(prefix)step \(step + 1)/\(steps) · \(Self.duration(seconds)) · \(memory)\n")
            }
        case .promptFound: break
        case .outlook: break
        case .finished: clear()
        }
    }

    /// Removes the line from a terminal.
    func clear() {
        if !isQuiet, isTerminal { StandardError.write("\r\u{1B}[2K") }
    }

    private var prefix: String { picture.count > 1 ? "picture \(picture.number)/\(picture.count) · " : "" }

    private var memory: String {
        let live = Self.bytes(ledger.reading.liveByteCount)
        return ledger.budgetByteCount.map { "\(live) of \(Self.bytes($0))" } ?? live
    }

    private func line(_ phase: Phase, _ step: Int?, _ position: ForwardPosition) -> String {
        var parts = [step.map { "step \($0 + 1)/\(stepCount)" } ?? phase.label]
        parts.append("block \(position.block + 1)/\(position.blockCount)")
        if step != nil { parts.append(position.kind.label) }
        parts.append(position.sublayer.label)
        if let left = secondsLeft(step, position) { parts.append("\(Self.duration(left)) left") }
        parts.append(memory)
        return prefix + parts.joined(separator: " · ")
    }

    private func secondsLeft(_ step: Int?, _ position: ForwardPosition) -> Double? {
        guard let step else { return nil }
        let taken = state.withLock { $0.stepSeconds }
        guard !taken.isEmpty else { return nil }
        let mean = taken.reduce(0, +) / Double(taken.count)
        return mean * (Double(stepCount - step) - Double(position.block) / Double(position.blockCount))
    }

    /// At most ten times a second: a terminal is slower than a block of a small model.
    private func redraw(_ line: String, force: Bool) {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            if !force, let drawn = state.drawn, now - drawn < .milliseconds(100) { return false }
            state.drawn = now
            return true
        }
        if isDue { StandardError.write("\r\u{1B}[2K" + line.prefix(StandardError.columns - 1)) }
    }

    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: "\(Int((seconds * 1000).rounded())) ms"
        case ..<10: "\((seconds * 10).rounded() / 10) s"
        case ..<120: "\(Int(seconds.rounded())) s"
        default: "\(Int(seconds / 60)) min \(Int(seconds) % 60) s"
        }
    }

    static func bytes(_ count: Int) -> String {
        count < 1 << 30
            ? "\(Int((Double(count) / 0x1p20).rounded())) MiB" : "\((Double(count) / 0x1p30 * 10).rounded() / 10) GiB"
    }
}

extension Phase {
    var label: String {
        switch self {
        case .load: "loading the model"
        case .clip: "reading the prompt (CLIP)"
        case .t5: "reading the prompt (T5)"
        case .modulation: "modulation"
        case .denoise: "denoising"
        case .decode: "decoding the picture"
        }
    }
}

extension BlockKind {
    var label: String {
        switch self {
        case .clipLayer: "CLIP layer"
        case .t5Block: "T5 block"
        case .modulation: "modulation"
        case .doubleStream: "double stream"
        case .singleStream: "single stream"
        case .decoder: "decoder"
        }
    }
}

extension Sublayer {
    var label: String { self == .feedForward ? "feed-forward" : rawValue }
}
