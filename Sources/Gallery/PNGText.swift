/// The text chunks of a PNG file (https://www.w3.org/TR/png-3, section 11.3.3): keyword and text, Latin-1 or UTF-8, plain or deflated.
enum PNGText {
    /// Pillow's limits, so that whatever the common readers take is taken here.
    static let inflatedByteLimit = 1 << 20
    static let totalByteLimit = 64 << 20

    /// Every text of a file by keyword, the last one where a keyword occurs twice; pixels are passed over unread.
    static func read(_ file: [UInt8]) throws(PNGFault) -> [String: String] {
        var chunks = try PNGChunks(file)
        var texts: [String: String] = [:]
        var totalByteCount = 0
        while true {
            let chunk = try chunks.next()
            switch chunk.type {
            case "IEND": return texts
            case "IHDR": try chunk.verify()
            case "tEXt", "zTXt", "iTXt":
                try chunk.verify()
                let (keyword, text) = try entry(chunk.type, chunk.data, chunk.offset)
                totalByteCount += text.utf8.count
                guard totalByteCount <= totalByteLimit else { throw .textTooLarge(byteCount: totalByteCount, limit: totalByteLimit) }
                texts[keyword] = text
            default: continue
            }
        }
    }

    /// A chunk's type and data for a text: Latin-1 where that holds it, as readers of old expect, else UTF-8.
    ///
    /// Zero bytes would end the text in some readers and are left out.
    static func chunk(_ keyword: String, _ text: String) -> PNGCodec.Chunk {
        let scalars = text.unicodeScalars.filter { $0 != "\0" }
        let key = Array(keyword.utf8) + [0]
        if scalars.allSatisfy({ $0.value < 0x100 }) { return PNGCodec.Chunk(type: "tEXt", data: key + scalars.map { UInt8($0.value) }) }
        // Not compressed, method 0, no language, no translated keyword.
        return PNGCodec.Chunk(type: "iTXt", data: key + [0, 0, 0, 0] + Array(String(String.UnicodeScalarView(scalars)).utf8))
    }

    private static func entry(_ type: String, _ data: ArraySlice<UInt8>, _ offset: Int) throws(PNGFault) -> (String, String) {
        guard let end = data.firstIndex(of: 0), (1...79).contains(end - data.startIndex) else {
            throw .invalidKeyword(chunk: type, offset: offset)
        }
        let keyword = latin1(data[..<end])
        let rest = data[(end + 1)...]
        switch type {
        case "tEXt": return (keyword, latin1(rest))
        case "zTXt":
            guard rest.first == 0 else { throw .invalidText(keyword: keyword, reason: "unknown compression") }
            return (keyword, latin1(try inflated(rest.dropFirst(), keyword)[...]))
        default: return (keyword, try international(rest, keyword))
        }
    }

    /// iTXt after its keyword: compression flag and method, language, translated keyword, UTF-8.
    private static func international(_ data: ArraySlice<UInt8>, _ keyword: String) throws(PNGFault) -> String {
        let flags = data.prefix(2)
        guard flags.count == 2, flags == [0, 0] || flags == [1, 0] || flags == [0, 1] else {
            throw .invalidText(keyword: keyword, reason: "unknown compression")
        }
        let fields = data.dropFirst(2)
        guard let language = fields.firstIndex(of: 0), let translated = fields[(language + 1)...].firstIndex(of: 0) else {
            throw .invalidText(keyword: keyword, reason: "no text after its language")
        }
        let bytes = fields[(translated + 1)...]
        let plain = flags.first == 1 ? try inflated(bytes, keyword)[...] : bytes
        guard let text = String(validating: plain, as: UTF8.self) else { throw .invalidText(keyword: keyword, reason: "not UTF-8") }
        return text
    }

    private static func inflated(_ stream: ArraySlice<UInt8>, _ keyword: String) throws(PNGFault) -> [UInt8] {
        do throws(PNGCodec.Refusal) {
            return try PNGCodec.inflate(stream, limit: inflatedByteLimit)
        } catch {
            throw .invalidText(keyword: keyword, reason: error.message)
        }
    }

    static func latin1(_ bytes: ArraySlice<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
        return String(scalars)
    }
}
