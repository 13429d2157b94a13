/// The token ids of one prompt, padded to the length the text encoder expects.
public struct TokenSequence: Sendable, Equatable {
    /// `[length]` token ids: content with its special tokens, then padding.
    public let ids: [Int32]

    /// Number of ids before the padding, special tokens included.
    public let contentCount: Int

    /// The end of the prompt that did not fit, as it was written; nil if everything fitted.
    public let truncatedText: String?
}

/// A token id and where in the prompt its text begins.
struct LocatedToken {
    let id: Int32
    /// UTF-8 offset in the prompt.
    let origin: Int
}

extension TokenSequence {
    /// Cuts `content` so that it fits between `prefix` and `suffix` in `length` ids and pads with `padding`.
    init(prompt: String, content: [LocatedToken], prefix: [Int32], suffix: [Int32], padding: Int32, length: Int) {
        let capacity = length - prefix.count - suffix.count
        let kept = content.prefix(capacity).map(\.id)
        let unpadded = prefix + kept + suffix
        ids = unpadded + [Int32](repeating: padding, count: length - unpadded.count)
        contentCount = unpadded.count
        truncatedText = content.count > capacity ? String(prompt.suffixFrom(utf8Offset: content[capacity].origin)) : nil
    }
}

extension String {
    fileprivate func suffixFrom(utf8Offset: Int) -> Substring {
        self[utf8.index(startIndex, offsetBy: utf8Offset)...]
    }
}
