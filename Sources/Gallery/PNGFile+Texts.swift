public import SystemPackage

extension PNGFile {
    /// Writes a picture with these texts, whole or not at all; as `write(_:metadata:to:)` for callers that keep a record of their own.
    /// - Throws: `GalleryError`; then nothing is left behind.
    public static func write(_ picture: Picture, texts: [(keyword: String, text: String)], to path: FilePath) throws(GalleryError) {
        let bytes: [UInt8]
        do throws(PNGCodec.Refusal) {
            bytes = try PNGCodec.encode(picture, chunks: texts.map { PNGText.chunk($0.keyword, $0.text) })
        } catch {
            throw .encodingFailed(path: path, message: error.message)
        }
        try AtomicFile(path).write(bytes)
    }

    /// A picture as a file in memory, without texts.
    /// - Throws: `GalleryError.encodingFailed`.
    public static func bytes(of picture: Picture) throws(GalleryError) -> [UInt8] {
        do throws(PNGCodec.Refusal) {
            return try PNGCodec.encode(picture, chunks: [])
        } catch {
            throw .encodingFailed(path: "a picture in memory", message: error.message)
        }
    }

    /// The texts of a file in memory by keyword; pixels are not decoded.
    public static func texts(of file: [UInt8]) throws(PNGFault) -> [String: String] {
        try PNGText.read(file)
    }
}
