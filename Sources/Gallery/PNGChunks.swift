/// The chunks of a PNG file (https://www.w3.org/TR/png-3, section 5.3), one after the other; their data is not looked into.
struct PNGChunks {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    struct Chunk {
        /// Four letters.
        let type: String
        /// Of the length field.
        let offset: Int
        let data: ArraySlice<UInt8>
        /// From the length field to the checksum.
        let whole: ArraySlice<UInt8>
    }

    private let file: [UInt8]
    private var offset = signature.count

    /// - Throws: `PNGFault.noSignature`.
    init(_ file: [UInt8]) throws(PNGFault) {
        guard file.starts(with: Self.signature) else { throw .noSignature }
        self.file = file
    }

    /// The next chunk; the first is a header, and after the end chunk no more may be asked for.
    /// - Throws: `PNGFault.truncated` or `.noHeader`.
    mutating func next() throws(PNGFault) -> Chunk {
        guard file.count - offset >= 12 else { throw .truncated(offset: offset) }
        let length = Self.integer(file[offset..<offset + 4])
        guard length <= file.count - offset - 12 else { throw .truncated(offset: offset) }
        let end = offset + 8 + length
        let type = PNGText.latin1(file[offset + 4..<offset + 8])
        if offset == Self.signature.count, type != "IHDR" || length != 13 { throw .noHeader }
        let chunk = Chunk(type: type, offset: offset, data: file[offset + 8..<end], whole: file[offset..<end + 4])
        offset = end + 4
        return chunk
    }

    /// Big-endian.
    static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}

extension PNGChunks.Chunk {
    /// - Throws: `PNGFault.wrongChecksum`.
    func verify() throws(PNGFault) {
        guard PNGCodec.checksum(whole.dropFirst(4).dropLast(4)) == PNGChunks.integer(whole.suffix(4)) else {
            throw .wrongChecksum(chunk: type, offset: offset)
        }
    }
}
