public import SystemPackage

/// Why a picture could not be written or read.
public enum GalleryError: Error, Equatable, Sendable {
    case invalidPicture(width: Int, height: Int, byteCount: Int)
    /// A system call on the file, or on the one written beside it, failed with `errno` value `code`. Nothing was left behind.
    case unwritable(path: FilePath, call: String, code: Int32)
    /// A folder, device or pipe stands where a file was to be read or written.
    case notARegularFile(path: FilePath)
    case unreadable(path: FilePath, call: String, code: Int32)
    case tooLarge(path: FilePath, byteCount: Int, limit: Int)
    case malformed(path: FilePath, fault: PNGFault)
    /// libpng refused to encode; `message` is its reason.
    case encodingFailed(path: FilePath, message: String)
    /// libjpeg refused to encode; `message` is its reason.
    case thumbnailFailed(message: String)
    /// Pictures of different sizes have no pixels to compare; sides in pixels.
    case sizesDiffer(width: Int, height: Int, otherWidth: Int, otherHeight: Int)
}

/// One way in which bytes are no PNG file that can be read.
public enum PNGFault: Error, Equatable, Sendable {
    case noSignature
    /// The first chunk is not a header.
    case noHeader
    /// A chunk's length leads past the end of the file, or the file ends without an end chunk.
    case truncated(offset: Int)
    case wrongChecksum(chunk: String, offset: Int)
    /// A keyword has 1 to 79 characters and ends with a zero byte.
    case invalidKeyword(chunk: String, offset: Int)
    /// Text that is not in its chunk's encoding, or whose compression is broken or unknown.
    case invalidText(keyword: String, reason: String)
    case textTooLarge(byteCount: Int, limit: Int)
    /// libpng refused to decode; `message` is its reason.
    case undecodable(message: String)
}

extension GalleryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidPicture(let width, let height, let count):
            "a picture of \(width)×\(height) pixels takes three bytes each, found \(count)"
        case .unwritable(let path, let call, let code): "\(path): cannot be written: \(Errno(rawValue: code)) (\(call))"
        case .notARegularFile(let path): "\(path): not a file"
        case .unreadable(let path, let call, let code): "\(path): cannot be read: \(Errno(rawValue: code)) (\(call))"
        case .tooLarge(let path, let count, let limit): "\(path): \(count) bytes, expected at most \(limit)"
        case .malformed(let path, let fault): "\(path): \(fault)"
        case .encodingFailed(let path, let message): "\(path): encoding failed: \(message)"
        case .thumbnailFailed(let message): "a thumbnail cannot be encoded: \(message)"
        case .sizesDiffer(let width, let height, let otherWidth, let otherHeight):
            "pictures of \(width)×\(height) and \(otherWidth)×\(otherHeight) pixels cannot be compared: their sizes must be equal"
        }
    }
}

extension PNGFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSignature: "not a PNG file"
        case .noHeader: "PNG without a header"
        case .truncated(let offset): "PNG is truncated (chunk at byte \(offset))"
        case .wrongChecksum(let chunk, let offset): "PNG chunk \(chunk.debugDescription) at byte \(offset) has a wrong checksum"
        case .invalidKeyword(let chunk, let offset): "PNG chunk \(chunk.debugDescription) at byte \(offset) has an invalid keyword"
        case .invalidText(let keyword, let reason): "PNG text \(keyword.debugDescription): \(reason)"
        case .textTooLarge(let count, let limit): "PNG text has \(count) bytes or more, expected at most \(limit)"
        case .undecodable(let message): "PNG cannot be decoded: \(message)"
        }
    }
}
