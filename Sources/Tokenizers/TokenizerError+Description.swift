extension TokenizerError: CustomStringConvertible {
    /// One line: what was wrong, in which file, with which value, what would work.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason)"
        case .tooLarge(let file, let byteCount, let limit):
            "\(file): \(byteCount) bytes are too many for a tokenizer file; expected at most \(limit)"
        case .missingVocabulary(let folder, let alternatives):
            "\(folder): no vocabulary found; expected \(alternatives.joined(separator: " or "))"
        case .notUTF8(let file, let offset):
            "\(file): not UTF-8 at byte \(offset); expected a text file"
        case .malformedJSON(let file, let fault):
            "\(file): \(fault)"
        case .wrongValue(let file, let key, let found, let expected):
            "\(file): \(key) is \(found); expected \(expected)"
        case .unsupported(let file, let key, let found, let supported):
            "\(file): \(key) \(found) is not supported; supported: \(supported)"
        case .wrongID(let file, let token, let id, let count):
            "\(file): token \(token.quoted) has the id \(id); expected a free id in 0 ..< \(count)"
        case .conflictingIDs(let file, let token, let declared, let vocabulary):
            "\(file): token \(token.quoted) is declared with the id \(declared), but the vocabulary says \(vocabulary)"
        case .missingToken(let file, let token, let role):
            "\(file): the \(role) token \(token.quoted) is not in the vocabulary"
        case .malformedMerge(let file, let line, let text):
            "\(file): line \(line) is \(text.quoted); expected two symbols separated by one space"
        case .unknownMergeSymbol(let file, let line, let symbol):
            "\(file): merge \(line) uses \(symbol.quoted), which is not in the vocabulary; expected files of the same tokenizer"
        case .scoreNotFinite(let file, let token):
            "\(file): the score of token \(token.quoted) is not a finite number"
        case .refusedBySentencePiece(let file, let reason):
            "\(file): not a usable sentencepiece model: \(reason.quoted)"
        case .malformedProtocolBuffer(let file, let offset):
            "\(file): truncated or damaged sentencepiece model at byte \(offset)"
        case .malformedCharacterMap(let file, let problem):
            "\(file): damaged character map: \(problem)"
        }
    }
}

extension CharacterMapProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notBase64:
            "not base64"
        case .trieSize(let declared, let available):
            "its trie is declared with \(declared) bytes; expected a positive multiple of 4, at most \(available)"
        case .unitOutOfBounds(let unit, let count):
            "trie unit \(unit) points outside the \(count) units"
        case .replacementOutOfBounds(let unit, let offset, let available):
            "trie unit \(unit) names the replacement at byte \(offset), which is not the beginning of a text in \(available) bytes"
        case .replacementsNotUTF8(let offset):
            "its replacements are not UTF-8 at byte \(offset)"
        }
    }
}

extension String {
    /// The text in quotation marks on one line, shortened to what a message can hold.
    fileprivate var quoted: String {
        let shown = String(prefix(60))
        return shown == self ? shown.debugDescription : shown.debugDescription + "…"
    }
}
