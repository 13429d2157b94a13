extension DataFolder {
    /// The thumbnail of a picture, from its file or, where that is gone, from `make`, whose bytes are kept.
    public func thumbnail(of image: ImageRecord, orMake make: () async throws -> [UInt8]) async throws -> [UInt8] {
        let name = try Self.thumbnailName(image.sha256)
        if try root.entry(name) != nil { return try root.read(name) }
        let bytes = try await make()
        try root.write(bytes, to: name)
        return bytes
    }

    /// Keeps a thumbnail made beside its picture.
    public func storeThumbnail(_ bytes: [UInt8], sha256: String) throws {
        try root.write(bytes, to: try Self.thumbnailName(sha256))
    }

    static func thumbnailName(_ sha256: String) throws(HistoryError) -> String {
        guard sha256.utf8.count == 64, sha256.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            throw .invalidName(sha256)
        }
        return "thumbs/\(sha256.prefix(2))/\(sha256)-256.jpg"
    }
}
