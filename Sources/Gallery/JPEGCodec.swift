import CJPEG

/// libjpeg as a function on arrays: the one place where pointers cross into it.
enum JPEGCodec {
    /// What the library said.
    struct Refusal: Error, Equatable {
        let message: String
    }

    /// A baseline file; `quality` from 1 to 100.
    static func encode(_ picture: Picture, quality: Int) throws(Refusal) -> [UInt8] {
        var file = sluice_jpeg_buffer()
        defer { sluice_jpeg_release(&file) }
        guard sluice_jpeg_encode(picture.pixels, UInt32(picture.width), UInt32(picture.height), Int32(quality), &file) else {
            throw Refusal(message: withUnsafeBytes(of: file.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        // SAFETY: a call that succeeded has set both.
        return Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }
}
