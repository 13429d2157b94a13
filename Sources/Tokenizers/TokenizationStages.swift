/// The stages that both tokenizers share: cut out special tokens, normalise the rest, cut out those special tokens that are
/// matched in normalised text, and segment what remains.
struct TokenizationStages: Sendable {
    private let rawTokens: SpecialTokenMatcher
    private let normalizedTokens: SpecialTokenMatcher
    private let normalize: @Sendable (AlignedText, Range<Int>) -> AlignedText

    init(_ special: ResolvedTokens, normalize: @escaping @Sendable (AlignedText, Range<Int>) -> AlignedText) {
        self.normalize = normalize
        let texts = special.tokens.map { (token: $0.token, id: $0.id, text: AlignedText($0.token.content)) }
        rawTokens = SpecialTokenMatcher(texts.filter { !$0.token.isNormalized })
        normalizedTokens = SpecialTokenMatcher(
            texts.filter(\.token.isNormalized).map { ($0.token, $0.id, normalize($0.text, 0..<$0.text.count)) })
    }

    /// The tokens of a prompt; behind the first `limit` + 1 of them, any number may be missing.
    ///
    /// - Parameter segment: appends the tokens of a range of normalised text, with the same freedom.
    func tokens(of prompt: String, limit: Int, segment: (AlignedText, Range<Int>, inout [LocatedToken]) -> Void) -> [LocatedToken] {
        let text = AlignedText(prompt)
        var tokens: [LocatedToken] = []
        for section in rawTokens.sections(of: text, in: 0..<text.count) where tokens.count <= limit {
            switch section {
            case .token(let token): tokens.append(token)
            case .text(let range): appendTokens(of: normalize(text, range), to: &tokens, segment: segment)
            }
        }
        return tokens
    }

    private func appendTokens(
        of normalized: AlignedText, to tokens: inout [LocatedToken], segment: (AlignedText, Range<Int>, inout [LocatedToken]) -> Void
    ) {
        for section in normalizedTokens.sections(of: normalized, in: 0..<normalized.count) {
            switch section {
            case .token(let token): tokens.append(token)
            case .text(let range): segment(normalized, range, &tokens)
            }
        }
    }
}
