public import StrictJSON
public import SystemPackage

/// Why a tokenizer folder cannot be used.
public enum TokenizerError: Error, Equatable {
    /// The operating system refused to open or read a file.
    case unreadable(file: FilePath, reason: Errno)
    /// A file is larger than any tokenizer file can be.
    case tooLarge(file: FilePath, byteCount: Int64, limit: Int64)
    /// None of the files that could hold the vocabulary is in the folder.
    case missingVocabulary(folder: FilePath, alternatives: [String])
    /// A file's text is not UTF-8 from a byte offset on.
    case notUTF8(file: FilePath, offset: Int)
    /// The JSON text breaks its grammar, repeats a key, or has another value than expected.
    case malformedJSON(file: FilePath, fault: JSONFault)
    /// A setting is missing or has a value of the wrong kind or range.
    case wrongValue(file: FilePath, key: String, found: String, expected: String)
    /// A setting asks for behaviour that this tokenizer does not have.
    case unsupported(file: FilePath, key: String, found: String, supported: String)
    /// A vocabulary id is negative, beyond the number of entries, or taken by another token.
    case wrongID(file: FilePath, token: String, id: Int, vocabularyCount: Int)
    /// The same token has two ids.
    case conflictingIDs(file: FilePath, token: String, declared: Int, vocabulary: Int)
    /// A token that the tokenizer cannot do without is not in the vocabulary.
    case missingToken(file: FilePath, token: String, role: String)
    /// A line of the merges file is not two symbols with one space between.
    case malformedMerge(file: FilePath, line: Int, text: String)
    /// A merge uses or makes a symbol that is not in the vocabulary.
    case unknownMergeSymbol(file: FilePath, line: Int, symbol: String)
    /// The log-probability of a vocabulary entry is not finite.
    case scoreNotFinite(file: FilePath, token: String)
    /// The sentencepiece library refused the file.
    case refusedBySentencePiece(file: FilePath, reason: String)
    /// The protocol buffer of a sentencepiece model ends early or is inconsistent at a byte offset.
    case malformedProtocolBuffer(file: FilePath, offset: Int)
    /// The precompiled character map is inconsistent.
    case malformedCharacterMap(file: FilePath, problem: CharacterMapProblem)
}

/// What is wrong with a precompiled character map.
public enum CharacterMapProblem: Error, Equatable {
    /// The text is not base64.
    case notBase64
    /// The trie's declared size does not fit the blob.
    case trieSize(declared: Int, available: Int)
    /// A trie unit points outside the trie.
    case unitOutOfBounds(unit: Int, unitCount: Int)
    /// A trie unit's replacement is not the beginning of a NUL-terminated UTF-8 text.
    case replacementOutOfBounds(unit: Int, offset: Int, available: Int)
    /// The replacements are not UTF-8 from a byte offset on.
    case replacementsNotUTF8(offset: Int)
}
