/// A request with everything filled in, as the queue keeps it and the engine draws it.
public struct DrawRequest: Codable, Equatable, Sendable {
    public var prompt: String
    public var negativePrompt: String?
    public var trueGuidance: Double?
    /// Pixels.
    public var width: Int
    public var height: Int
    public var steps: Int
    public var guidance: Double
    /// Of the first picture; the others have the ones that follow.
    public var seed: UInt64
    public var count: Int
    public var parentImage: Int?

    public init(
        prompt: String, width: Int, height: Int, steps: Int, guidance: Double, seed: UInt64, count: Int = 1, parentImage: Int? = nil
    ) {
        self.prompt = prompt
        self.width = width
        self.height = height
        self.steps = steps
        self.guidance = guidance
        self.seed = seed
        self.count = count
        self.parentImage = parentImage
    }

    /// Fills in what `request` leaves open, a random seed below 2³² included, which every program that reads pictures' texts can hold.
    /// - Throws: `StudioError` of `invalid_request` with the key whose value cannot be used.
    public init(_ request: JobRequest, _ capabilities: Capabilities) throws(StudioError) {
        let (bounds, defaults) = (capabilities.bounds, capabilities.defaults)
        self.init(
            prompt: request.prompt, width: request.width ?? defaults.width, height: request.height ?? defaults.height,
            steps: request.steps ?? defaults.steps, guidance: request.guidance ?? defaults.guidance,
            seed: request.seed ?? UInt64(UInt32.random(in: 0...UInt32.max)), count: request.count ?? defaults.count,
            parentImage: request.parentImage)
        (negativePrompt, trueGuidance) = (request.negativePrompt, request.trueGuidance)
        try check(bounds)
        try checkTrueGuidance(capabilities.model)
    }

    private func check(_ bounds: Capabilities.Bounds) throws(StudioError) {
        if prompt.utf8.count > bounds.promptCharacters, prompt.unicodeScalars.count > bounds.promptCharacters {
            throw JobRequest.wrong("prompt", "at most \(bounds.promptCharacters) characters")
        }
        for (key, side) in [("width", width), ("height", height)] {
            if !bounds.side.allows(side) { throw JobRequest.wrong(key, bounds.side.text) }
            if side % bounds.sideMultiple != 0 { throw JobRequest.wrong(key, "a multiple of \(bounds.sideMultiple)") }
        }
        if !bounds.steps.allows(steps) { throw JobRequest.wrong("steps", bounds.steps.text) }
        if !bounds.guidance.allows(guidance) { throw JobRequest.wrong("guidance", bounds.guidance.text) }
        if !bounds.count.allows(count) { throw JobRequest.wrong("count", bounds.count.text) }
        if !bounds.seed.allows(seed) || !bounds.seed.allows(seed + UInt64(count - 1)) {
            throw JobRequest.wrong("seed", bounds.seed.text + (count > 1 ? ", for \(count) consecutive seeds" : ""))
        }
    }

    private func checkTrueGuidance(_ model: Capabilities.Model) throws(StudioError) {
        if let scale = trueGuidance, scale != 1, !model.trueGuidance {
            throw StudioError(.invalidRequest, "trueGuidance: this engine has none", field: "trueGuidance")
        }
        if let negativePrompt, !negativePrompt.isEmpty, (trueGuidance ?? 1) <= 1 {
            throw StudioError(
                .invalidRequest, "negativePrompt has an effect with trueGuidance above 1 only", field: "negativePrompt")
        }
    }

    /// Seed of the picture at `ordinal`.
    public func seed(of ordinal: Int) -> UInt64 { seed + UInt64(ordinal) }
}
