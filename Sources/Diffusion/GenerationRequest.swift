/// What to draw.
public struct GenerationRequest: Sendable, Equatable {
    public var prompt: String
    /// Pixels; multiples of twice the autoencoder's scale (16 for FLUX.1).
    public var width: Int
    public var height: Int
    public var steps: Int
    /// The value the distilled model is conditioned on; unused by models without guidance.
    public var guidance: Float
    public var seed: UInt64
    /// Tokens the T5 encoder sees: shorter prompts are padded, longer ones cut.
    public var maximumSequenceLength: Int
    /// Starts from these unpacked latents `[16, height/8, width/8]`, row-major, instead of the seed's noise.
    public var initialLatents: [Float]?
    /// Tiles are never used where this does not allow them.
    public var decoding: Decoding

    public init(
        prompt: String, width: Int, height: Int, steps: Int = 20, guidance: Float = 3.5, seed: UInt64 = 0, maximumSequenceLength: Int = 512,
        initialLatents: [Float]? = nil, decoding: Decoding = .whole
    ) {
        self.prompt = prompt
        self.width = width
        self.height = height
        self.steps = steps
        self.guidance = guidance
        self.seed = seed
        self.maximumSequenceLength = maximumSequenceLength
        self.initialLatents = initialLatents
        self.decoding = decoding
    }

    /// The largest side that is accepted; larger pictures are far beyond what the model was trained for.
    public static let largestSide = 8192
    public static let largestStepCount = 1000
    /// FLUX.1 was trained with up to this many text tokens.
    public static let largestSequenceLength = 512

    /// - Throws: `RequestError` for the first value that cannot be used; `multiple` is what sides must be multiples of.
    public func validate(sideMultiple multiple: Int) throws(RequestError) {
        for (name, side) in [("width", width), ("height", height)] {
            if side < multiple || side > Self.largestSide { throw .outOfRange(name, "\(side)", "\(multiple) to \(Self.largestSide)") }
            if side % multiple != 0 { throw .sideNotMultiple(name, side, multiple: multiple) }
        }
        if !(1...Self.largestStepCount).contains(steps) { throw .outOfRange("steps", "\(steps)", "1 to \(Self.largestStepCount)") }
        if !guidance.isFinite || !(0...100).contains(guidance) { throw .outOfRange("guidance", "\(guidance)", "0 to 100") }
        if !(1...Self.largestSequenceLength).contains(maximumSequenceLength) {
            throw .outOfRange("maximum sequence length", "\(maximumSequenceLength)", "1 to \(Self.largestSequenceLength)")
        }
    }
}

/// A request that cannot be drawn as it stands.
public enum RequestError: Error, Equatable, Sendable {
    case outOfRange(_ name: String, _ found: String, _ allowed: String)
    case sideNotMultiple(_ name: String, _ found: Int, multiple: Int)
    case latentCount(found: Int, expected: Int)
    case latentsNotFinite
}

extension RequestError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .outOfRange(let name, let found, let allowed): return "\(name) \(found) is out of range: \(allowed)"
        case .sideNotMultiple(let name, let found, let multiple):
            let below = found / multiple * multiple
            return "\(name) \(found) is not a multiple of \(multiple): use \(below) or \(below + multiple)"
        case .latentCount(let found, let expected):
            return "the initial latents hold \(found) values, expected \(expected) for this size"
        case .latentsNotFinite: return "the initial latents hold values that are not finite"
        }
    }
}
