/// The unigram tokenizer of the T5 text encoder (Raffel et al. 2020, arXiv 1910.10683).
///
/// Ids equal those of the published `T5TokenizerFast`: special tokens are cut out, the text is normalised with the model's
/// character map, split at white space into words that begin with ▁, and each word is segmented.
public struct T5Tokenizer: Sendable {
    let model: UnigramModel
    let stages: TokenizationStages
    let end, padding: Int32

    /// One more than the largest id that `encode` can return.
    public let idCount: Int

    /// Encodes a prompt as content + end, padded to `maximumLength` ids (at least 1); content that does not fit is cut.
    public func encode(_ text: String, maximumLength: Int) -> TokenSequence {
        precondition(maximumLength >= 1, "a sequence holds at least the end token")
        let limit = maximumLength - 1
        let content = stages.tokens(of: text, limit: limit) { normalized, range, tokens in
            for word in Self.words(of: normalized, in: range) where tokens.count <= limit {
                tokens += model.segment(word)
            }
        }
        return TokenSequence(prompt: text, content: content, prefix: [], suffix: [end], padding: padding, length: maximumLength)
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
