extension PNGFile {
    /// What says how, when and by whom a picture was made.
    private static let told: Set<String> = ["tEXt", "zTXt", "iTXt", "eXIf", "tIME"]

    /// The same file without texts, EXIF data and time; every other byte, the compressed pixels too, stays as it is.
    /// - Throws: `PNGFault` for a file that is not made of chunks.
    public static func stripped(_ file: [UInt8]) throws(PNGFault) -> [UInt8] {
        var chunks = try PNGChunks(file)
        var kept = PNGChunks.signature
        kept.reserveCapacity(file.count)
        while true {
            let chunk = try chunks.next()
            if !told.contains(chunk.type) { kept += chunk.whole }
            if chunk.type == "IEND" { return kept }
        }
    }
}
