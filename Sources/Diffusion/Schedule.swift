public import FluxModels
import Glibc
public import Tensors

/// Noise levels of a run (Lipman et al. 2022, arXiv 2210.02747; shifted with the number of tokens as in Esser et al. 2024, arXiv 2403.03206).
public struct Schedule: Sendable, Equatable {
    /// From 1 down to 0: `steps + 1` values.
    public let sigmas: [Float]

    /// - Parameter tokens: tokens of the picture, after packing.
    public init(_ configuration: SchedulerConfiguration, steps: Int, tokens: Int) {
        let last = 1 / Double(steps)
        let spacing = steps > 1 ? (last - 1) / Double(steps - 1) : 0
        let linear = (0..<steps).map { i in Float(i > 0 && i == steps - 1 ? last : Double(i) * spacing + 1) }
        let shifted: [Float]
        if configuration.useDynamicShifting {
            let e = Float(exp(Self.mu(configuration, tokens: tokens)))
            shifted = linear.map { e / (e + (1 / $0 - 1)) }
        } else {
            let shift = Float(configuration.shift)
            shifted = linear.map { shift * $0 / (1 + (shift - 1) * $0) }
        }
        sigmas = shifted + [0]
    }

    public var steps: Int { sigmas.count - 1 }

    /// Logarithm of the shift, linear in the number of tokens and not clamped.
    static func mu(_ c: SchedulerConfiguration, tokens: Int) -> Double {
        let (base, most) = (Double(c.baseImageSeqLen ?? 256), Double(c.maxImageSeqLen ?? 4096))
        let slope = ((c.maxShift ?? 1.15) - (c.baseShift ?? 0.5)) / (most - base)
        return Double(tokens) * slope + ((c.baseShift ?? 0.5) - slope * base)
    }

    /// What the time embedding sees for each step: 1000·sigma through the reference's roundings in the compute type.
    public func timesteps(in type: ElementType) -> [Float] {
        sigmas.dropLast().map { sigma in
            let scaled = (1000 * sigma).rounded(to: type)
            return ((scaled / 1000).rounded(to: type) * 1000).rounded(to: type)
        }
    }

    /// What the guidance embedding sees: 1000·guidance through the reference's roundings.
    public static func embeddedGuidance(_ guidance: Float, in type: ElementType) -> Float {
        (guidance.rounded(to: type) * 1000).rounded(to: type)
    }
}
