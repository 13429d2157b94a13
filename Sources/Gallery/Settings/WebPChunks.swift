/// The chunks of a WebP file (RFC 9649).
enum WebPChunks {
    private static let exifMark = Array("Exif\0\0".utf8)
    private static let extended = PNGChunks.integer(Array("VP8X".utf8)[...])
    private static let lossy = PNGChunks.integer(Array("VP8 ".utf8)[...])
    private static let exifData = PNGChunks.integer(Array("EXIF".utf8)[...])

    static func isWebP(_ file: [UInt8]) -> Bool {
        file.count >= 12 && file.starts(with: Array("RIFF".utf8)) && file[8..<12] == Array("WEBP".utf8)[...]
    }

    /// The TIFF structure of the EXIF chunk.
    static func exif(_ file: [UInt8]) throws(PictureFileFault) -> ArraySlice<UInt8>? {
        var offset = 12
        while file.count - offset >= 8 {
            let length = littleEndian(file[offset + 4..<offset + 8])
            guard length <= file.count - offset - 8 else { throw .truncated(format: .webp, offset: offset) }
            let data = file[offset + 8..<offset + 8 + length]
            switch PNGChunks.integer(file[offset..<offset + 4]) {
            case extended:
                try check(data, count: 10) { ($0.dropFirst(4).prefix(3), $0.dropFirst(7).prefix(3), 1 << 24 - 1, 1) }
            case lossy:
                try check(data, count: 10) { ($0.dropFirst(6).prefix(2), $0.dropFirst(8).prefix(2), 1 << 14 - 1, 0) }
            // Some writers keep the mark of JPEG's segment.
            case exifData: return data.starts(with: exifMark) ? data.dropFirst(exifMark.count) : data
            default: break
            }
            // Chunks start at even offsets.
            offset += 8 + length + length % 2
        }
        return nil
    }

    /// Sides in a header's fields: little-endian, masked, stored less `bias`. (A lossless header holds at most 2¹⁴ each and follows VP8X where
    /// there is EXIF data.)
    private static func check(
        _ data: ArraySlice<UInt8>, count: Int, _ fields: (ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>, Int, Int)
    ) throws(PictureFileFault) {
        guard data.count >= count else { return }
        let (width, height, mask, bias) = fields(data)
        try PictureFileTexts.checkSize(width: littleEndian(width) & mask + bias, height: littleEndian(height) & mask + bias)
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int {
        PNGChunks.integer(ArraySlice(bytes.reversed()))
    }
}
