internal import StrictJSON
internal import SystemPackage

/// The vocabulary and the merges of a CLIP tokenizer folder.
struct CLIPVocabulary {
    let ids: PieceTable
    let merges: BytePairMerges
    /// Special tokens that the vocabulary file names itself.
    let specialTokens: [SpecialToken]

    /// Reads `vocab.json` and `merges.txt` or, where the first is missing, `tokenizer.json`.
    ///
    /// - Throws: `TokenizerError`.
    static func read(folder: FilePath) throws(TokenizerError) -> CLIPVocabulary {
        if let file = try TokenizerFile.optional(path: folder.appending("vocab.json")) {
            return try CLIPVocabulary(ids: file, merges: try TokenizerFile(path: folder.appending("merges.txt")))
        }
        if let file = try TokenizerFile.optional(path: folder.appending("tokenizer.json")) {
            return try CLIPVocabulary(tokenizerJSON: file)
        }
        throw .missingVocabulary(folder: folder, alternatives: ["vocab.json with merges.txt", "tokenizer.json"])
    }

    private init(ids file: TokenizerFile, merges lines: TokenizerFile) throws(TokenizerError) {
        var reader = try file.json()
        ids = try Self.readIDs(&reader, file: file.path)
        try reader.expectEnd()
        merges = try MergeList(lines: lines).merges(ids: ids)
        specialTokens = []
    }

    private init(tokenizerJSON file: TokenizerFile) throws(TokenizerError) {
        var reader = try file.json()
        var settings: [String: JSONValue] = [:]
        var parts: (ids: PieceTable, merges: MergeList)?
        try reader.readObject { reader, key throws(TokenizerError) in
            if key == "model" {
                parts = try Self.readModel(&reader, file: file.path)
            } else {
                settings[key] = try JSONValue(&reader)
            }
        }
        try reader.expectEnd()
        guard let parts else { throw .wrongValue(file: file.path, key: "model", found: "missing", expected: "a BPE model") }
        ids = parts.ids
        merges = try parts.merges.merges(ids: ids)
        specialTokens = try SpecialToken.list(settings["added_tokens"] ?? .array([]), file: file.path)
    }

    private static func readModel(
        _ reader: inout JSONReader<TokenizerError>, file: FilePath
    ) throws(TokenizerError) -> (ids: PieceTable, merges: MergeList) {
        var settings: [String: JSONValue] = [:]
        var ids = PieceTable()
        var merges = MergeList(file: file)
        try reader.readObject { reader, key throws(TokenizerError) in
            switch key {
            case "vocab": ids = try readIDs(&reader, file: file)
            case "merges": merges = try MergeList(&reader, file: file)
            default: settings[key] = try JSONValue(&reader)
            }
        }
        try check(settings, "type", is: [.string("BPE")], file: file)
        try check(settings, "end_of_word_suffix", is: [.string(ByteAlphabet.wordEnd)], file: file)
        try check(settings, "continuing_subword_prefix", is: [.string(""), .null], file: file)
        try check(settings, "byte_fallback", is: [.bool(false), .null], file: file)
        return (ids, merges)
    }

    private static func check(
        _ settings: [String: JSONValue], _ key: String, is supported: [JSONValue], file: FilePath
    ) throws(TokenizerError) {
        let value = settings[key] ?? .null
        guard supported.contains(value) else {
            let names = supported.map(\.summary).joined(separator: " or ")
            throw .unsupported(file: file, key: "model.\(key)", found: value.summary, supported: names)
        }
    }

    /// Reads an object of tokens and ids, where the ids must be 0 ..< count, each once.
    private static func readIDs(_ reader: inout JSONReader<TokenizerError>, file: FilePath) throws(TokenizerError) -> PieceTable {
        var ids = PieceTable(capacity: 1 << 16)
        var token: [UInt8] = []
        try reader.openObject()
        while try reader.nextKey(into: &token) {
            let id = try reader.readInteger()
            guard let small = Int32(exactly: id) else { throw wrongID(token[...], id, ids, file) }
            guard ids.insert(token[...], value: small) == nil else { throw reader.duplicateKey(token) }
        }
        var isTaken = [Bool](repeating: false, count: ids.count)
        for (text, id) in ids.entries {
            guard isTaken.indices.contains(Int(id)), !isTaken[Int(id)] else { throw wrongID(text, Int(id), ids, file) }
            isTaken[Int(id)] = true
        }
        return ids
    }

    private static func wrongID(_ token: ArraySlice<UInt8>, _ id: Int, _ ids: PieceTable, _ file: FilePath) -> TokenizerError {
        .wrongID(file: file, token: String(decoding: token, as: UTF8.self), id: id, vocabularyCount: ids.count)
    }
}
