/// One way in which bytes are no picture file whose settings can be read.
public enum PictureFileFault: Error, Equatable, Sendable {
    /// Neither PNG nor JPEG nor WebP.
    case unknownFormat
    case png(PNGFault)
    /// A segment or chunk leads past the end of the file; `offset` in bytes.
    case truncated(format: PictureFileFormat, offset: Int)
    case tooManyPixels(width: Int, height: Int, limit: Int)
}

/// Formats whose settings are read.
public enum PictureFileFormat: String, Sendable {
    case png = "PNG"
    case jpeg = "JPEG"
    case webp = "WebP"
}

extension PictureFileFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownFormat: "not a PNG, JPEG or WebP file"
        case .png(let fault): "\(fault)"
        case .truncated(let format, let offset): "\(format.rawValue) is truncated (at byte \(offset))"
        case .tooManyPixels(let width, let height, let limit): "\(width)×\(height) pixels, expected at most \(limit) in all"
        }
    }
}
