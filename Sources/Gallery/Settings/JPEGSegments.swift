/// The segments of a JPEG file up to its pixels (ITU-T T.81, annex B).
enum JPEGSegments {
    static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]
    private static let exifMark = Array("Exif\0\0".utf8)

    /// The TIFF structure of the first EXIF segment.
    static func exif(_ file: [UInt8]) throws(PictureFileFault) -> ArraySlice<UInt8>? {
        var exif: ArraySlice<UInt8>?
        var offset = 2
        while true {
            // Any number of fill bytes may precede a marker.
            while offset + 1 < file.count, file[offset] == 0xFF, file[offset + 1] == 0xFF { offset += 1 }
            guard offset + 1 < file.count, file[offset] == 0xFF else { throw .truncated(format: .jpeg, offset: offset) }
            let marker = file[offset + 1]
            // Pixels or the end.
            if marker == 0xDA || marker == 0xD9 { return exif }
            offset += 2
            if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
            guard offset + 2 <= file.count else { throw .truncated(format: .jpeg, offset: offset) }
            let length = PNGChunks.integer(file[offset..<offset + 2])
            guard length >= 2, length <= file.count - offset else { throw .truncated(format: .jpeg, offset: offset) }
            let data = file[offset + 2..<offset + length]
            if marker == 0xE1, exif == nil, data.starts(with: exifMark) { exif = data.dropFirst(exifMark.count) }
            if isFrameHeader(marker), data.count >= 5 {
                let sides = data.dropFirst()
                try PictureFileTexts.checkSize(
                    width: PNGChunks.integer(sides.dropFirst(2).prefix(2)), height: PNGChunks.integer(sides.prefix(2)))
            }
            offset += length
        }
    }

    /// SOF0 to SOF15, between which stand three markers of other meanings.
    private static func isFrameHeader(_ marker: UInt8) -> Bool {
        (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
    }
}
