internal import CSentencePiece
internal import SystemPackage

extension UnigramFile {
    /// Reads `spiece.model`: pieces and scores through the sentencepiece library, the character map from the file.
    ///
    /// The sentinel tokens follow the pieces in descending order, each with the score 0.
    init(sentencePiece file: TokenizerFile, sentinelCount: Int) throws(TokenizerError) {
        let layout = try SentencePieceLayout(file)
        path = file.path
        model = try Self.readModel(layout, file: file, sentinelCount: sentinelCount)
        characterMap = try layout.characterMap.map { range throws(TokenizerError) in
            try Self.characterMap(Array(file.bytes[range]), file: file.path)
        }
        specialTokens = layout.literalPieces.map { SpecialToken(content: $0) }
    }

    private static func readModel(
        _ layout: SentencePieceLayout, file: TokenizerFile, sentinelCount: Int
    ) throws(TokenizerError) -> UnigramModel {
        let vocabulary = try SentencePieceVocabulary(layout.vocabulary, file: file.path)
        var model = UnigramModel(capacity: Int(vocabulary.count) + sentinelCount)
        for id in 0..<vocabulary.count {
            let (text, score) = vocabulary.piece(id)
            try model.append(text[...], score: Double(score), file: file.path)
        }
        for number in (0..<sentinelCount).reversed() {
            try model.append(Array("<extra_id_\(number)>".utf8)[...], score: 0, file: file.path)
        }
        model.unknownID = vocabulary.unknownID
        return model
    }
}

/// The sentencepiece library's view of a vocabulary.
private struct SentencePieceVocabulary: ~Copyable {
    private let handle: OpaquePointer
    let count: Int32
    let unknownID: Int32

    init(_ bytes: [UInt8], file: FilePath) throws(TokenizerError) {
        var message = [CChar](repeating: 0, count: 256)
        guard let handle = csentencepiece_open(bytes, bytes.count, &message, message.count) else {
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .refusedBySentencePiece(file: file, reason: String(decoding: text, as: UTF8.self))
        }
        self.handle = handle
        count = csentencepiece_count(handle)
        unknownID = csentencepiece_unknown_id(handle)
    }

    func piece(_ id: Int32) -> (text: [UInt8], score: Float) {
        let entry = csentencepiece_entry(handle, id)
        // SAFETY: the text belongs to the open vocabulary, has that many bytes and is copied here.
        let text = UnsafeRawBufferPointer(start: entry.text, count: entry.byteCount)
        return (Array(text), entry.score)
    }

    deinit {
        csentencepiece_close(handle)
    }
}
