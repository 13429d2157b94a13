public import FluxModels

/// The parts of a run, in order.
public enum Phase: String, Sendable, CaseIterable, Codable {
    case load, clip, t5, modulation, denoise, decode
}

/// What happens while a picture is drawn.
public enum GenerationEvent: Sendable {
    case phaseBegan(Phase)
    /// A part of a block begins; `step` counts from 0 while denoising.
    case position(Phase, step: Int?, ForwardPosition)
    case stepEnded(step: Int, steps: Int, seconds: Double)
    case notice(Notice)
    case finished(GeneratedImage)
}

/// Something the user should know although the picture is drawn.
public enum Notice: Sendable, Equatable {
    case promptTruncated(encoder: String, limit: Int, dropped: String)
    case weightsConverted(component: String, from: String, to: String)
    case guidanceUnused
}

extension Notice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .promptTruncated(let encoder, let limit, let dropped):
            "\(encoder) reads \(limit) tokens; this part of the prompt was cut: \"\(dropped)\""
        case .weightsConverted(let component, let from, let to): "\(component): stored as \(from), computed in \(to)"
        case .guidanceUnused: "this model has no guidance embedding: guidance has no effect"
        }
    }
}
