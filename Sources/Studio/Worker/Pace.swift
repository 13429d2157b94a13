import Diffusion

/// How fast this engine works, learnt from the pictures that it drew: operations per second, by phase.
struct Pace: Sendable {
    /// What a picture takes, in floating-point operations of each phase; of the denoising phase, of one step.
    typealias Work = [Phase: Double]

    private var rates: Work = [:]
    /// Taken where nothing is known: slow enough that no engine is taken for a dead one.
    private static let slowestRate = 1e10

    /// Seconds that a phase, or a step of denoising, takes; `nil` before anything was measured.
    func seconds(_ phase: Phase, _ work: Work) -> Double? {
        guard let operations = work[phase], let rate = rates[phase] ?? rates[.denoise] else { return nil }
        return operations / rate
    }

    /// Seconds that one of `count` equal parts of a phase is planned to take.
    func unitSeconds(_ phase: Phase, _ work: Work, count: Int) -> Double {
        (seconds(phase, work) ?? (work[phase] ?? 0) / Self.slowestRate) / Double(max(1, count))
    }

    mutating func learn(_ phase: Phase, _ work: Work, seconds: Double) {
        if let operations = work[phase], operations > 0, seconds > 0 { rates[phase] = operations / seconds }
    }

    /// Seconds until a picture is finished, from the plan before its third step and from its own steps after.
    /// - Parameters:
    ///   - stepsLeft: Steps still to do, with the part of the one under way.
    ///   - phaseLeft: The part of the phase that is still to do, where it is not denoising.
    func remaining(_ phase: Phase, _ work: Work, stepsLeft: Double, phaseLeft: Double, stepSeconds: [Double]) -> Double? {
        let measured = stepSeconds.count >= 2 ? stepSeconds.reduce(0, +) / Double(stepSeconds.count) : nil
        guard let step = measured ?? seconds(.denoise, work) else { return nil }
        let order = Phase.allCases
        guard let index = order.firstIndex(of: phase) else { return nil }
        return order[index...].reduce(0) { sum, next in
            switch next {
            case .denoise: sum + step * stepsLeft
            case phase: sum + (seconds(next, work) ?? 0) * phaseLeft
            default: sum + (seconds(next, work) ?? 0)
            }
        }
    }
}
