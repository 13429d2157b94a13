import CPNG

/// libpng and zlib as functions on arrays: the one place where pointers cross into C.
enum PNGCodec {
    /// A chunk of its own kind, written between the header and the pixels.
    struct Chunk: Equatable {
        /// Four letters.
        let type: String
        let data: [UInt8]
    }

    /// What the library said.
    struct Refusal: Error, Equatable {
        let message: String
    }

    static func encode(_ picture: Picture, chunks: [Chunk]) throws(Refusal) -> [UInt8] {
        let data = chunks.flatMap(\.data)
        return try result { file in
            // SAFETY: the chunks point into `data`, which outlives the call; `Picture` has counted its pixels.
            data.withUnsafeBufferPointer { data in
                var offset = 0
                let pointers = chunks.map { chunk in
                    defer { offset += chunk.data.count }
                    return sluice_png_chunk(chunk.type, data.baseAddress.map { $0 + offset }, chunk.data.count)
                }
                return sluice_png_encode(
                    picture.pixels, UInt32(picture.width), UInt32(picture.height), pointers, pointers.count, &file)
            }
        }
    }

    /// Width, height and pixels as `Picture` has them; more than `pixelLimit` pixels are refused before memory is taken for them.
    static func decode(_ file: [UInt8], pixelLimit: Int) throws(Refusal) -> (width: Int, height: Int, pixels: [UInt8]) {
        var (width, height): (UInt32, UInt32) = (0, 0)
        let pixels = try result { sluice_png_decode(file, file.count, UInt64(pixelLimit), &width, &height, &$0) }
        return (Int(width), Int(height), pixels)
    }

    /// The bytes of a zlib stream, at most `limit`.
    static func inflate(_ stream: ArraySlice<UInt8>, limit: Int) throws(Refusal) -> [UInt8] {
        try result { bytes in stream.withUnsafeBufferPointer { sluice_png_inflate($0.baseAddress, $0.count, limit, &bytes) } }
    }

    /// The CRC-32 of a chunk's type and data.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { sluice_png_crc($0.baseAddress, $0.count) }
    }

    /// Runs a function that fills a buffer, and copies what it made before the buffer is released.
    private static func result(_ call: (inout sluice_png_buffer) -> Bool) throws(Refusal) -> [UInt8] {
        var buffer = sluice_png_buffer()
        defer { sluice_png_release(&buffer) }
        guard call(&buffer) else {
            let message = withUnsafeBytes(of: buffer.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw Refusal(message: message)
        }
        // SAFETY: a function that succeeded has set both.
        return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
    }
}

extension sluice_png_chunk {
    fileprivate init(_ type: String, _ data: UnsafePointer<UInt8>?, _ count: Int) {
        let code = type.utf8.map { CChar(bitPattern: $0) }
        precondition(code.count == 4, "a chunk type has four letters: \(type)")
        self.init(type: (code[0], code[1], code[2], code[3]), data: data, count: count)
    }
}
