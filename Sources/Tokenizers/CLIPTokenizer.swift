/// The byte-pair tokenizer of CLIP's text encoder (Radford et al. 2021, arXiv 2103.00020).
///
/// Ids equal those of the published `CLIPTokenizer`: special tokens are cut out, the text is normalised, split into pieces,
/// written as bytes and merged.
public struct CLIPTokenizer: Sendable {
    let merges: BytePairMerges
    /// `[512]` ids of the 256 byte letters, then of the same letters at the end of a word.
    let letterIDs: [Int32]
    let stages: TokenizationStages
    let beginning, end, padding: Int32

    /// The length that prompts are padded and cut to, `model_max_length`.
    public let maximumLength: Int

    /// One more than the largest id that `encode` can return.
    public let idCount: Int

    /// Encodes a prompt as beginning + content + end, padded to `maximumLength`; content that does not fit is cut.
    public func encode(_ text: String) -> TokenSequence {
        let limit = maximumLength - 2
        let content = stages.tokens(of: text, limit: limit) { normalized, range, tokens in
            for piece in CLIPText.pieces(of: normalized, in: range) where tokens.count <= limit {
                tokens += merges.apply(to: letters(of: normalized, in: piece))
            }
        }
        return TokenSequence(
            prompt: text, content: content, prefix: [beginning], suffix: [end], padding: padding, length: maximumLength)
    }

    private func letters(of text: AlignedText, in piece: Range<Int>) -> [LocatedToken] {
        var letters: [LocatedToken] = []
        for position in piece {
            let scalar = text.scalars[position]
            let bytes = Array(String(scalar).utf8)
            for (index, byte) in bytes.enumerated() {
                let isLast = position == piece.upperBound - 1 && index == bytes.count - 1
                letters.append(LocatedToken(id: letterIDs[Int(byte) + (isLast ? 256 : 0)], origin: text.origins[position]))
            }
        }
        return letters
    }
}
