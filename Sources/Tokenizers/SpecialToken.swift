internal import StrictJSON
internal import SystemPackage

/// A token that is cut out of the text literally, before the vocabulary is consulted.
struct SpecialToken: Equatable {
    var content: String
    /// The id that a settings file declares; nil if the vocabulary decides.
    var declaredID: Int?
    /// Matched after the text's normalisation rather than before.
    var isNormalized = false
    /// Swallows the white space before it.
    var stripsLeft = false
    /// Swallows the white space behind it.
    var stripsRight = false
    /// Matched only where no word character adjoins.
    var isWholeWord = false
}

extension SpecialToken {
    /// Reads a token from a string, or from an object with the keys `content`, `normalized`, `lstrip`, `rstrip`, `single_word`.
    init?(_ value: JSONValue, declaredID: Int? = nil) {
        guard let content = value.string ?? value["content"]?.string else { return nil }
        self.init(
            content: content, declaredID: declaredID,
            isNormalized: value["normalized"]?.bool ?? false, stripsLeft: value["lstrip"]?.bool ?? false,
            stripsRight: value["rstrip"]?.bool ?? false, isWholeWord: value["single_word"]?.bool ?? false)
    }

    /// Reads the `added_tokens` of a `tokenizer.json`.
    ///
    /// - Throws: `TokenizerError.wrongValue`.
    static func list(_ value: JSONValue, file: FilePath) throws(TokenizerError) -> [SpecialToken] {
        guard let elements = value.array else {
            throw .wrongValue(file: file, key: "added_tokens", found: value.summary, expected: "a list")
        }
        return try elements.map { element throws(TokenizerError) in
            guard let id = element["id"]?.integer, let token = SpecialToken(element, declaredID: id), !token.content.isEmpty else {
                throw .wrongValue(file: file, key: "added_tokens", found: element.summary, expected: "objects with id and content")
            }
            return token
        }
    }
}
