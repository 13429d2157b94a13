/// What a picture file says about how it was made, by Sluice or by another program, as far as it is of use here. Everything is as stated: sizes
/// and samplers may be ones that no model at hand takes.
public struct PictureSettings: Codable, Equatable, Sendable {
    /// Who wrote the settings, or in whose format they are.
    public enum Source: String, Codable, Sendable {
        case sluice, a1111, comfyui, invokeai, swarmui
    }

    /// What a reader should know before using the settings.
    public enum Note: String, Codable, Sendable {
        /// A guidance scale above 5 is a habit of other kinds of model: guidance is left to the model's default.
        case scaleOfOtherModels
        /// Without true guidance above 1 the negative prompt has no effect.
        case negativePromptUnused
        /// The seed is above 2⁵³ − 1, which is as far as the studio's seeds go.
        case seedTooLarge
        /// The picture went through more than one sampler; the settings are those of the first.
        case severalSamplers
        /// Small additional weights were used.
        case loras
        /// Faces were redrawn.
        case faceRestoration
    }

    public internal(set) var prompt = ""
    public internal(set) var negativePrompt: String?
    /// Pixels.
    public internal(set) var width: Int?
    public internal(set) var height: Int?
    public internal(set) var steps: Int?
    /// Distilled guidance, an input of the model; `nil` stands for the model's default.
    public internal(set) var guidance: Double?
    /// Guidance against the negative prompt, which runs the model twice.
    public internal(set) var trueGuidance: Double?
    public internal(set) var seed: UInt64?
    public internal(set) var sampler: String?
    /// Without folders and file name extension.
    public internal(set) var model: String?
    public let source: Source
    public internal(set) var notes: [Note] = []

    init(_ source: Source) {
        self.source = source
    }

    /// Reads a PNG, JPEG or WebP file; `nil` where it says nothing about how it was made. Pixels are not decoded.
    /// - Throws: `PictureFileFault` for bytes that are no such file, or a broken one.
    public init?(readingFrom file: [UInt8]) throws(PictureFileFault) {
        guard let settings = Self.settings(in: try PictureFileTexts.read(file)) else { return nil }
        self = settings
    }

    /// From what says most to what says least; a text that cannot be read does not hide the next.
    private static func settings(in texts: [String: String]) -> PictureSettings? {
        let readers: [(String, (String) -> PictureSettings?)] = [
            (PictureMetadata.keyword, sluice), (PictureMetadata.parametersKeyword, { swarm($0) ?? parameters($0) }),
            ("invokeai_metadata", invoke), ("prompt", { ForeignJSON.parse($0).flatMap { ComfyGraph(prompt: $0) }.flatMap(comfy) }),
            ("workflow", { ForeignJSON.parse($0).flatMap { ComfyGraph(workflow: $0) }.flatMap(comfy) }),
        ]
        for (keyword, read) in readers {
            if let settings = texts[keyword].flatMap(read) { return settings }
        }
        return nil
    }
}

extension PictureSettings {
    /// The largest integer that all JSON readers hold exactly.
    static let largestSeed: UInt64 = 1 << 53 - 1

    mutating func setSeed(_ value: UInt64?) {
        guard let value else { return }
        if value <= Self.largestSeed { seed = value } else { notes.append(.seedTooLarge) }
    }

    /// Sides that are positive, or none.
    mutating func setSize(_ width: Int?, _ height: Int?) {
        guard let width, let height, width > 0, height > 0 else { return }
        (self.width, self.height) = (width, height)
    }

    mutating func setSteps(_ value: Int?) {
        if let value, value > 0 { steps = value }
    }

    /// Models have the name of their file.
    mutating func setModel(_ path: String?) {
        guard let name = path?.split(whereSeparator: { "/\\".contains($0) }).last, !name.isEmpty else { return }
        let ending = [".safetensors", ".gguf", ".ckpt", ".sft", ".pt"].first { name.lowercased().hasSuffix($0) }
        let stem = name.dropLast(ending?.count ?? 0)
        if !stem.isEmpty { model = String(stem) }
    }

    /// `distilled` is distilled guidance; `scale` is classifier-free guidance where that is stated too, and else whatever the writer's models take.
    mutating func setGuidance(distilled: Double?, scale: Double?) {
        let scale = scale.flatMap { $0 > 0 ? $0 : nil }
        if let distilled {
            guidance = distilled
            trueGuidance = scale.flatMap { $0 > 1 ? $0 : nil }
        } else if let scale, scale <= 5 {
            guidance = scale
        } else if scale != nil {
            notes.append(.scaleOfOtherModels)
        }
    }

    /// After guidance is known.
    mutating func setNegativePrompt(_ text: String?) {
        guard let text, !text.trimmed.isEmpty else { return }
        negativePrompt = text
        if trueGuidance == nil { notes.append(.negativePromptUnused) }
    }
}
