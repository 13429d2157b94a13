import FoundationEssentials
import SystemPackage

/// How a picture was made: everything that is needed to make it again.
public struct PictureMetadata: Codable, Equatable, Sendable {
    /// Version of this record's keys, for readers of files from other versions.
    public private(set) var schema = 1
    public var prompt: String
    public var negativePrompt: String?
    /// Pixels.
    public var width: Int
    public var height: Int
    public var steps: Int
    /// The distilled guidance that the transformer is given; of no effect on models without it.
    public var guidance: Double
    public var seed: UInt64
    public var sampler: String
    public var schedule: String
    /// Name of the model, without folders.
    public var model: String
    public var modelHash: String?
    /// Type the model computed in, such as "bf16".
    public var dtype: String?
    /// Tokens of the T5 prompt.
    public var maximumSequenceLength: Int?
    /// Absent where the picture was decoded as a whole.
    public var vaeTiling: VAETiling?
    /// The program and its version.
    public var version: String?

    public init(
        prompt: String, negativePrompt: String? = nil, width: Int, height: Int, steps: Int, guidance: Double, seed: UInt64,
        sampler: String = "Euler", schedule: String = "Simple", model: String, modelHash: String? = nil, dtype: String? = nil,
        maximumSequenceLength: Int? = nil, vaeTiling: VAETiling? = nil, version: String? = nil
    ) {
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.width = width
        self.height = height
        self.steps = steps
        self.guidance = guidance
        self.seed = seed
        self.sampler = sampler
        self.schedule = schedule
        self.model = model
        self.modelHash = modelHash
        self.dtype = dtype
        self.maximumSequenceLength = maximumSequenceLength
        self.vaeTiling = vaeTiling
        self.version = version
    }

    static let keyword = "sluice"
    static let parametersKeyword = "parameters"

    /// The record in a PNG file's texts: Sluice's own, else what the text of another program says; `nil` if there is neither.
    public init?(text: [String: String]) {
        if let json = text[Self.keyword], let own = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) {
            self = own
        } else if let parameters = text[Self.parametersKeyword] {
            self.init(parameters: parameters)
        } else {
            return nil
        }
    }

    /// Reads the text that AUTOMATIC1111's web interface and its relatives write; `nil` without steps, seed and size.
    public init?(parameters text: String) {
        let parsed = ParametersText(text)
        guard let steps = parsed.steps, let seed = parsed.seed, let size = parsed.size else { return nil }
        self.init(
            prompt: parsed.prompt, negativePrompt: parsed.negativePrompt, width: size.width, height: size.height, steps: steps,
            guidance: parsed.guidance ?? ParametersText.defaultGuidance, seed: seed, sampler: parsed["Sampler"] ?? "Euler",
            schedule: parsed["Schedule type"] ?? "Simple", model: parsed["Model"] ?? "", modelHash: parsed["Model hash"],
            dtype: parsed["Dtype"], maximumSequenceLength: parsed["Max sequence length"].flatMap { Int($0) },
            vaeTiling: parsed["VAE tile"].flatMap { Int($0) }.flatMap { tile in
                parsed["VAE tile overlap"].flatMap { Int($0) }.map { VAETiling(tile: tile, overlap: $0) }
            }, version: parsed["Version"])
    }

    /// The text under "parameters", as a FLUX picture of Forge has it: true CFG is 1, guidance is the distilled scale.
    public var parameters: String {
        var pairs: [(String, String?)] = [
            ("Steps", String(steps)), ("Sampler", sampler), ("Schedule type", schedule), ("CFG scale", "1"),
            ("Distilled CFG Scale", ParametersText.number(guidance)), ("Seed", String(seed)), ("Size", "\(width)x\(height)"),
            ("Model hash", modelHash), ("Model", model),
        ]
        pairs += [("Dtype", dtype), ("Max sequence length", maximumSequenceLength.map(String.init))]
        pairs += [("VAE tile", vaeTiling.map { String($0.tile) }), ("VAE tile overlap", vaeTiling.map { String($0.overlap) })]
        pairs += [("Version", version)]
        let fields = pairs.compactMap { key, value in value.map { "\(key): \(ParametersText.quoted($0))" } }.joined(separator: ", ")
        return [prompt, negativePrompt.map { "Negative prompt: " + $0 }, fields].compactMap(\.self).joined(separator: "\n")
    }

    /// - Throws: `GalleryError.encodingFailed` for a guidance that JSON has no number for.
    func pngTexts(for path: FilePath) throws(GalleryError) -> [(keyword: String, text: String)] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let json = String(decoding: try encoder.encode(self), as: UTF8.self)
            return [(Self.parametersKeyword, parameters), (Self.keyword, json)]
        } catch {
            throw .encodingFailed(path: path, message: String(describing: error))
        }
    }
}

/// Overlapping tiles that a picture was decoded in to fit its memory; it is not exactly what it is as a whole.
public struct VAETiling: Codable, Equatable, Sendable {
    /// Side of a tile, and what neighbours share, pixels.
    public let tile, overlap: Int
    public private(set) var exact = false

    public init(tile: Int, overlap: Int) {
        self.tile = tile
        self.overlap = overlap
    }
}
