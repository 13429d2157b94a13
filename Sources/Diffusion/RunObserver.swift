import FluxModels
import Synchronization

/// Watches one run: passes on what happens, keeps the times, and stops the run between sub-layers when its task is cancelled.
final class RunObserver: Sendable {
    private struct State {
        var timeline = Timeline()
        var phase = Phase.load
        var step: Int?
        /// When the latents were last looked at.
        var lookedAt: Double?
    }

    private let state = Mutex(State())
    let began = ContinuousClock.now
    private let send: @Sendable (GenerationEvent) -> Void

    private let tellsOutlook: Bool
    /// Seconds between two looks at the latents, which leave the device for it.
    private static let outlookInterval = 0.5

    init(tellsOutlook: Bool = false, _ send: @escaping @Sendable (GenerationEvent) -> Void) {
        self.tellsOutlook = tellsOutlook
        self.send = send
    }

    private var seconds: Double { (ContinuousClock.now - began) / .seconds(1) }

    /// The times of the whole run, which ends now.
    func finish() -> Timeline {
        state.withLock { state in
            state.timeline.close(from: .phase, at: seconds)
            return state.timeline
        }
    }

    func begin(_ phase: Phase) throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.timeline.begin(phase.rawValue, on: .phase, at: seconds)
            (state.phase, state.step) = (phase, nil)
        }
        send(.phaseBegan(phase))
    }

    /// Runs one denoising step.
    func step(_ step: Int, of steps: Int, _ body: () throws -> Void) throws {
        let start = seconds
        state.withLock { state in
            state.timeline.begin("step \(step + 1)", on: .step, at: start)
            state.step = step
        }
        try body()
        let end = seconds
        state.withLock { $0.timeline.close(from: .step, at: end) }
        send(.stepEnded(step: step, steps: steps, seconds: end - start))
    }

    /// Whether the latents of the step that begins now are to be told, which is so twice a second at most.
    func looksAtLatents() -> Bool {
        guard tellsOutlook else { return false }
        return state.withLock { state in
            let now = seconds
            if let last = state.lookedAt, now - last < Self.outlookInterval { return false }
            state.lookedAt = now
            return true
        }
    }

    func outlook(_ latents: [Float], _ layout: LatentLayout, step: Int) { send(.outlook(step: step, latents: latents, layout)) }

    func enter(_ position: ForwardPosition) throws {
        try Task.checkCancellation()
        let (phase, step) = state.withLock { state in
            let now = seconds
            state.timeline.enter("\(position.kind.rawValue) \(position.block + 1)/\(position.blockCount)", on: .block, at: now)
            state.timeline.begin(position.sublayer.rawValue, on: .sublayer, at: now)
            return (state.phase, state.step)
        }
        send(.position(phase, step: step, position))
    }

    func notice(_ notice: Notice) { send(.notice(notice)) }

    func found(_ source: PromptSource) { send(.promptFound(source)) }
}
