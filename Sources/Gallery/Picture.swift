/// A picture in memory: 8-bit RGB, row-major, `[height, width, 3]`, as shown (sRGB).
public struct Picture: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let pixels: [UInt8]

    /// - Throws: `GalleryError.invalidPicture` unless there are `3 * width * height` bytes, at least one pixel, and sides that PNG can state.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(GalleryError) {
        let sides = 1...Int(Int32.max)
        guard sides.contains(width), sides.contains(height), pixels.count.isMultiple(of: 3), pixels.count / 3 == width * height else {
            throw .invalidPicture(width: width, height: height, byteCount: pixels.count)
        }
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
