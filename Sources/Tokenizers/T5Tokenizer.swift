/// The unigram tokenizer of the T5 text encoder (Raffel et al. 2020, arXiv 1910.10683).
///
/// Ids equal those of the published `T5TokenizerFast`: special tokens are cut out, the text is normalised with the model's
/// character map, split at white space into words that begin with ▁, and each word is segmented.
public struct T5Tokenizer: Sendable {
    let model: UnigramModel
    let characterMap: CharacterMap?
    let rawTokens: SpecialTokenMatcher
    let normalizedTokens: SpecialTokenMatcher
    let end, padding: Int32

    /// One more than the largest id that `encode` can return.
    public let idCount: Int

    /// Encodes a prompt as content + end, padded to `maximumLength` ids (at least 1); content that does not fit is cut.
    public func encode(_ text: String, maximumLength: Int) -> TokenSequence {
        precondition(maximumLength >= 1, "a sequence holds at least the end token")
        return TokenSequence(
            prompt: text, content: content(of: AlignedText(text), limit: maximumLength - 1), prefix: [], suffix: [end],
            padding: padding, length: maximumLength)
    }

    /// The ids of `text`, of which at least `limit` + 1 are present if there are so many.
    private func content(of text: AlignedText, limit: Int) -> [LocatedToken] {
        var content: [LocatedToken] = []
        for section in rawTokens.sections(of: text, in: 0..<text.count) {
            switch section {
            case .token(let token):
                content.append(token)
            case .text(let range):
                appendTokens(of: Self.normalized(text, in: range, by: characterMap), to: &content, limit: limit)
            }
            if content.count > limit { break }
        }
        return content
    }

    private func appendTokens(of normalized: AlignedText, to content: inout [LocatedToken], limit: Int) {
        for section in normalizedTokens.sections(of: normalized, in: 0..<normalized.count) {
            switch section {
            case .token(let token):
                content.append(token)
            case .text(let range):
                for word in Self.words(of: normalized, in: range) where content.count <= limit {
                    content += model.segment(word, in: 0..<word.count)
                }
            }
        }
    }

    static func normalized(_ text: AlignedText, in range: Range<Int>, by characterMap: CharacterMap?) -> AlignedText {
        if let characterMap { return characterMap.normalized(text, in: range) }
        var same = AlignedText()
        same.append(contentsOf: text, in: range)
        return same
    }

    static let wordMark: Unicode.Scalar = "▁"

    /// The words of a text, each with ▁ in front; a ▁ in the text begins a word of its own.
    private static func words(of text: AlignedText, in range: Range<Int>) -> [AlignedText] {
        var words: [AlignedText] = []
        var isInWord = false
        for position in range {
            let scalar = text.scalars[position]
            if scalar.properties.isWhitespace {
                isInWord = false
                continue
            }
            if !isInWord || scalar == wordMark {
                words.append(AlignedText())
                if scalar != wordMark { words[words.count - 1].append(wordMark, origin: text.origins[position]) }
            }
            words[words.count - 1].append(scalar, origin: text.origins[position])
            isInWord = true
        }
        return words
    }
}
