internal import StrictJSON
public import SystemPackage

extension CLIPTokenizer {
    /// Reads `vocab.json` with `merges.txt` (or `tokenizer.json` where the first is missing), `tokenizer_config.json` and the
    /// further settings files that are present.
    ///
    /// - Throws: `TokenizerError` that names the file and what is wrong with it.
    public init(folder: FilePath) throws(TokenizerError) {
        var settings = try TokenizerSettings(folder: folder)
        let vocabulary = try CLIPVocabulary.read(folder: folder)
        settings.declare(vocabulary.specialTokens)
        let special = try ResolvedTokens(
            settings.specialTokens(defaults: Self.roles), vocabulary: vocabulary.ids, count: vocabulary.ids.count, file: settings.path)
        func id(_ role: TokenizerSettings.Role) throws(TokenizerError) -> Int32 {
            let content = role == .beginning ? Self.beginningText : Self.endText
            return try special.id(settings.token(role, default: content), role: role.rawValue)
        }
        merges = vocabulary.merges
        letterIDs = Self.letterIDs(vocabulary.ids, unknown: try id(.unknown))
        beginning = try id(.beginning)
        end = try id(.end)
        padding = try id(.padding)
        maximumLength = try Self.maximumLength(settings)
        idCount = special.idCount
        stages = TokenizationStages(special, normalize: CLIPText.normalized)
    }

    private static let beginningText = "<|startoftext|>"
    private static let endText = "<|endoftext|>"
    private static let roles: [(TokenizerSettings.Role, String)] = [
        (.beginning, beginningText), (.end, endText), (.unknown, endText), (.padding, endText),
    ]

    private static func maximumLength(_ settings: TokenizerSettings) throws(TokenizerError) -> Int {
        let limit = 3...4096
        guard let length = settings.values["model_max_length"]?.integer, limit.contains(length) else {
            throw .wrongValue(
                file: settings.path, key: "model_max_length", found: settings.values["model_max_length"]?.summary ?? "missing",
                expected: "a number of tokens in \(limit), 77 for CLIP")
        }
        return length
    }

    private static func letterIDs(_ vocabulary: PieceTable, unknown: Int32) -> [Int32] {
        ["", ByteAlphabet.wordEnd].flatMap { suffix in
            ByteAlphabet.letters.map { vocabulary[Array((String($0) + suffix).utf8)[...]] ?? unknown }
        }
    }
}
