internal import StrictJSON
public import SystemPackage

extension T5Tokenizer {
    /// Reads `tokenizer.json` or, where there is none, `spiece.model`, and the settings files that are present.
    ///
    /// - Throws: `TokenizerError` that names the file and what is wrong with it.
    public init(folder: FilePath) throws(TokenizerError) {
        var settings = try TokenizerSettings(folder: folder)
        let sentinelCount = try Self.sentinelCount(settings)
        let file = try UnigramFile.read(folder: folder, sentinelCount: sentinelCount)
        settings.declare(file.specialTokens)
        let tokens = settings.specialTokens(
            defaults: [(.end, "</s>"), (.unknown, "<unk>"), (.padding, "<pad>")],
            further: (0..<sentinelCount).map { "<extra_id_\($0)>" })
        let declaring = settings.declaresTokens ? settings.path : file.path
        let special = try ResolvedTokens(tokens, vocabulary: file.model.pieces, count: file.model.count, file: declaring)
        end = try special.id(settings.token(.end, default: "</s>"), role: "eos_token")
        padding = try special.id(settings.token(.padding, default: "<pad>"), role: "pad_token")
        idCount = special.idCount
        model = file.model
        let characterMap = file.characterMap
        stages = TokenizationStages(special) { characterMap?.normalized($0, in: $1) ?? $0.slice($1) }
    }

    /// The number of sentinel tokens `<extra_id_N>`, 100 unless the settings say otherwise.
    private static func sentinelCount(_ settings: TokenizerSettings) throws(TokenizerError) -> Int {
        guard let value = settings.values["extra_ids"] else { return 100 }
        guard let count = value.integer, (0...10_000).contains(count) else {
            throw .wrongValue(file: settings.path, key: "extra_ids", found: value.summary, expected: "a number in 0 ... 10000")
        }
        return count
    }
}
