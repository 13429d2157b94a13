public import SystemPackage

extension CLIPTokenizer {
    /// Reads `vocab.json`, `merges.txt`, `tokenizer_config.json` and, if present, `special_tokens_map.json`.
    ///
    /// - Throws: `TokenizerError` that names the file and what is wrong with it.
    public init(folder: FilePath) throws(TokenizerError) {
        let settings = try TokenizerSettings(folder: folder)
        let vocabulary = try CLIPVocabulary(folder: folder)
        let special = try ResolvedTokens(settings.specialTokens(defaults: Self.roles), vocabulary: vocabulary.ids, file: settings.path)
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
        rawTokens = SpecialTokenMatcher(
            special.tokens.filter { !$0.token.isNormalized }.map { ($0.token, $0.id, AlignedText($0.token.content)) })
        normalizedTokens = SpecialTokenMatcher(
            special.tokens.filter(\.token.isNormalized).map { entry in
                let text = AlignedText(entry.token.content)
                return (entry.token, entry.id, CLIPText.normalized(text, in: 0..<text.count))
            })
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
