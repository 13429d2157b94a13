internal import SystemPackage

/// The parts of a `spiece.model` file that the sentencepiece library's interface does not show.
///
/// Field numbers: `sentencepiece_model.proto`.
struct SentencePieceLayout {
    /// The message without normaliser and self-test: only what defines the vocabulary goes to the library, which would run the rest.
    private(set) var vocabulary: [UInt8] = []
    private(set) var characterMap: Range<Int>?
    /// Control and user-defined pieces, which are cut out of the text literally.
    private(set) var literalPieces: [String] = []

    private enum Field {
        static let pieces: UInt64 = 1
        static let trainer: UInt64 = 2
        static let normalizer: UInt64 = 3
    }

    /// - Throws: `TokenizerError.malformedProtocolBuffer` or `.unsupported`.
    init(_ file: TokenizerFile) throws(TokenizerError) {
        var message = ProtocolBufferReader(file, range: file.bytes.indices)
        var start = message.position
        while let field = try message.next() {
            if case .bytes(let range) = field.value {
                switch field.number {
                case Field.pieces: try readPiece(ProtocolBufferReader(file, range: range))
                case Field.trainer: try checkTrainer(ProtocolBufferReader(file, range: range))
                case Field.normalizer: try readNormalizer(ProtocolBufferReader(file, range: range))
                default: break
                }
            }
            if field.number == Field.pieces || field.number == Field.trainer { vocabulary += file.bytes[start..<message.position] }
            start = message.position
        }
    }

    private mutating func readPiece(_ message: ProtocolBufferReader) throws(TokenizerError) {
        var message = message
        var text: Range<Int>?
        var isLiteral = false
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)): text = range
            case (3, .integer(let type)): isLiteral = type == 3 || type == 4
            default: break
            }
        }
        if isLiteral, let text { literalPieces.append(String(decoding: message.file.bytes[text], as: UTF8.self)) }
    }

    private func checkTrainer(_ message: ProtocolBufferReader) throws(TokenizerError) {
        var message = message
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (3, .integer(let type)) where type != 1:
                throw .unsupported(file: message.file.path, key: "model_type", found: "\(type)", supported: "1 (unigram)")
            case (35, .integer(let flag)) where flag != 0:
                throw .unsupported(file: message.file.path, key: "byte_fallback", found: "true", supported: "false")
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ message: ProtocolBufferReader) throws(TokenizerError) {
        var message = message
        while let field = try message.next() {
            if case (2, .bytes(let range)) = (field.number, field.value) { characterMap = range.isEmpty ? nil : range }
        }
    }
}
