public import FluxModels

/// The parts of a run, in order.
public enum Phase: String, Sendable, CaseIterable, Codable {
    case load, clip, t5, modulation, denoise, decode
}

/// What happens while a picture is drawn.
public enum GenerationEvent: Sendable {
    case phaseBegan(Phase)
    /// Whether the prompt has to be encoded, before the phases that would do it.
    case promptFound(PromptSource)
    /// A part of a block begins; `step` counts from 0 while denoising.
    case position(Phase, step: Int?, ForwardPosition)
    case stepEnded(step: Int, steps: Int, seconds: Double)
    /// Where the flow leads from the end of this step on a straight line: latents as in `GeneratedImage.latents`. Only where asked for.
    case outlook(step: Int, latents: [Float], LatentLayout)
    case notice(Notice)
    case finished(GeneratedImage)
}

/// Something the user should know although the picture is drawn.
public enum Notice: Sendable, Equatable {
    case promptTruncated(encoder: String, limit: Int, dropped: String)
    case weightsConverted(component: String, from: String, to: String)
    case guidanceUnused
    /// What lies in the prompt store under this prompt is not its encoding; it is made anew.
    case storedPromptIgnored(reason: String)
    /// The prompt's encoding could not be put into the prompt store.
    case promptNotStored(reason: String)
    /// The picture is decoded in tiles of this side and overlap, pixels: about what it would be as a whole.
    case decodedInTiles(side: Int, overlap: Int)
}

extension Notice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .promptTruncated(let encoder, let limit, let dropped):
            "\(encoder) reads \(limit) tokens; this part of the prompt was cut: \"\(dropped)\""
        case .weightsConverted(let component, let from, let to): "\(component): stored as \(from), computed in \(to)"
        case .guidanceUnused: "this model has no guidance embedding: guidance has no effect"
        case .storedPromptIgnored(let reason): "the stored prompt is not used, but encoded again: \(reason)"
        case .promptNotStored(let reason): "the encoded prompt is not stored: \(reason)"
        case .decodedInTiles(let side, let overlap):
            "decoded in tiles of \(side) pixels with \(overlap) of overlap, to fit the budget: about the picture that more memory would give"
        }
    }
}
