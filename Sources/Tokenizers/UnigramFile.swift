internal import SystemPackage

/// What a T5 vocabulary file holds, whichever its format.
struct UnigramFile {
    let path: FilePath
    var model: UnigramModel
    var characterMap: CharacterMap?
    /// Special tokens that the file names itself.
    var specialTokens: [SpecialToken]

    /// Reads `tokenizer.json` or, where there is none, `spiece.model`.
    ///
    /// The first wins because the published tokenizer prefers it, and because it is complete: the other leaves the
    /// sentinel tokens `<extra_id_N>` to the settings.
    ///
    /// - Throws: `TokenizerError`.
    static func read(folder: FilePath, sentinelCount: Int) throws(TokenizerError) -> UnigramFile {
        if let file = try TokenizerFile.optional(path: folder.appending("tokenizer.json")) {
            return try UnigramFile(tokenizerJSON: file)
        }
        if let file = try TokenizerFile.optional(path: folder.appending("spiece.model")) {
            return try UnigramFile(sentencePiece: file, sentinelCount: sentinelCount)
        }
        throw .missingVocabulary(folder: folder, alternatives: ["tokenizer.json", "spiece.model"])
    }

    static func characterMap(_ blob: [UInt8], file: FilePath) throws(TokenizerError) -> CharacterMap {
        do {
            return try CharacterMap(blob)
        } catch {
            throw .malformedCharacterMap(file: file, problem: error)
        }
    }
}
