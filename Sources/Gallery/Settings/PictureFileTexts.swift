/// The texts in a picture file, whatever its format; only headers and text are looked at, pixels are not decoded.
enum PictureFileTexts {
    /// By PNG keyword; EXIF's user comment of JPEG and WebP files under "parameters", the text that programs put there.
    static func read(_ file: [UInt8]) throws(PictureFileFault) -> [String: String] {
        if file.starts(with: PNGChunks.signature) { return try png(file) }
        if file.starts(with: JPEGSegments.signature) { return comment(try JPEGSegments.exif(file)) }
        if WebPChunks.isWebP(file) { return comment(try WebPChunks.exif(file)) }
        throw .unknownFormat
    }

    /// Pillow's limit on pixels, for readers that go on to decode them.
    static func checkSize(width: Int, height: Int) throws(PictureFileFault) {
        let limit = PNGFile.pixelLimit
        // Each by itself first: their product may be more than an integer holds.
        guard width <= limit, height <= limit, width * height <= limit else {
            throw .tooManyPixels(width: width, height: height, limit: limit)
        }
    }

    private static func png(_ file: [UInt8]) throws(PictureFileFault) -> [String: String] {
        let header: ArraySlice<UInt8>
        let texts: [String: String]
        do throws(PNGFault) {
            var chunks = try PNGChunks(file)
            header = try chunks.next().data
            texts = try PNGText.read(file)
        } catch {
            throw .png(error)
        }
        try checkSize(width: PNGChunks.integer(header.prefix(4)), height: PNGChunks.integer(header.dropFirst(4).prefix(4)))
        // Texts without compression may be as long as the file; no settings are, and reading them takes time.
        for text in texts.values where text.utf8.count > PNGText.inflatedByteLimit {
            throw .png(.textTooLarge(byteCount: text.utf8.count, limit: PNGText.inflatedByteLimit))
        }
        return texts
    }

    private static func comment(_ exif: ArraySlice<UInt8>?) -> [String: String] {
        guard let exif, let comment = EXIFComment.read(exif) else { return [:] }
        return [PictureMetadata.parametersKeyword: comment]
    }
}
