internal import SystemPackage

/// The vocabulary and the merges of a CLIP tokenizer folder.
struct CLIPVocabulary {
    let ids: PieceTable
    let merges: BytePairMerges

    /// Reads `vocab.json` and `merges.txt`.
    ///
    /// - Throws: `TokenizerError`.
    init(folder: FilePath) throws(TokenizerError) {
        guard let file = try TokenizerFile.optional(path: folder.appending("vocab.json")) else {
            throw .missingVocabulary(folder: folder, alternatives: ["vocab.json with merges.txt"])
        }
        var reader = try JSONReader(file)
        ids = try Self.readIDs(&reader)
        try reader.expectEnd()
        merges = try Self.readMerges(try TokenizerFile(path: folder.appending("merges.txt")), ids: ids)
    }

    /// Reads an object of tokens and ids, where the ids must be 0 ..< count, each once.
    private static func readIDs(_ reader: inout JSONReader) throws(TokenizerError) -> PieceTable {
        var ids = PieceTable(capacity: 1 << 16)
        var token: [UInt8] = []
        try reader.openObject()
        while try reader.nextKey(into: &token) {
            let id = try reader.readInteger()
            guard let small = Int32(exactly: id) else { throw wrongID(token[...], id, ids, reader.path) }
            ids.insert(token[...], value: small)
        }
        var isTaken = [Bool](repeating: false, count: ids.count)
        for (text, id) in ids.entries {
            guard isTaken.indices.contains(Int(id)), !isTaken[Int(id)] else { throw wrongID(text, Int(id), ids, reader.path) }
            isTaken[Int(id)] = true
        }
        return ids
    }

    private static func wrongID(_ token: ArraySlice<UInt8>, _ id: Int, _ ids: PieceTable, _ file: FilePath) -> TokenizerError {
        .wrongID(file: file, token: String(decoding: token, as: UTF8.self), id: id, vocabularyCount: ids.count)
    }

    /// Reads one merge per line, in the order of their ranks; lines that begin with `#version` do not count.
    private static func readMerges(_ file: TokenizerFile, ids: PieceTable) throws(TokenizerError) -> BytePairMerges {
        try file.validateUTF8()
        var merges = BytePairMerges(capacity: ids.count)
        var merged: [UInt8] = []
        var lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let version = Array("#version".utf8)
        for (index, line) in lines.enumerated() where !line.starts(with: version) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            let symbols = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard symbols.count == 2 else {
                throw .malformedMerge(file: file.path, line: index + 1, text: String(decoding: line, as: UTF8.self))
            }
            func id(_ symbol: ArraySlice<UInt8>) throws(TokenizerError) -> Int32 {
                guard let id = ids[symbol] else {
                    throw .unknownMergeSymbol(file: file.path, line: index + 1, symbol: String(decoding: symbol, as: UTF8.self))
                }
                return id
            }
            merged.removeAll(keepingCapacity: true)
            merged += symbols[0]
            merged += symbols[1]
            merges.add(left: try id(symbols[0]), right: try id(symbols[1]), merged: try id(merged[...]), rank: index)
        }
        return merges
    }
}
