import Glibc
public import SystemPackage

/// PNG files: pictures with the text that says how they were made.
public enum PNGFile {
    /// More than any picture within the limit on pixels needs.
    static let byteLimit = 512 << 20
    /// Pillow's limit, about 9459×9459: more pixels are taken for an attack.
    static let pixelLimit = 89_478_485

    /// Writes a picture so that `path` holds all of it or what it held before: beside it, flushed to the disk, then renamed.
    ///
    /// `metadata` is stored twice: under "sluice" as JSON and under "parameters" in the format of AUTOMATIC1111's web interface.
    /// - Throws: `GalleryError`; then nothing is left behind.
    public static func write(_ picture: Picture, metadata: PictureMetadata?, to path: FilePath) throws(GalleryError) {
        let texts = try metadata.map { metadata throws(GalleryError) in try metadata.pngTexts(for: path) } ?? []
        try AtomicFile(path).write(try encoded(picture, texts: texts.map { PNGText.chunk($0.keyword, $0.text) }, for: path))
    }

    /// A picture and its texts by keyword. Other colour types become 8-bit RGB, transparency lies over black.
    public static func read(_ path: FilePath) throws(GalleryError) -> (picture: Picture, text: [String: String]) {
        let file = try contents(of: path)
        do throws(PNGFault) {
            let text = try PNGText.read(file)
            return (try decode(file), text)
        } catch {
            throw .malformed(path: path, fault: error)
        }
    }

    /// The texts of a file by keyword; pixels are not decoded.
    public static func readText(_ path: FilePath) throws(GalleryError) -> [String: String] {
        let file = try contents(of: path)
        do throws(PNGFault) {
            return try PNGText.read(file)
        } catch {
            throw .malformed(path: path, fault: error)
        }
    }

    private static func encoded(_ picture: Picture, texts: [PNGCodec.Chunk], for path: FilePath) throws(GalleryError) -> [UInt8] {
        do throws(PNGCodec.Refusal) {
            return try PNGCodec.encode(picture, chunks: texts)
        } catch {
            throw .encodingFailed(path: path, message: error.message)
        }
    }

    /// The pixels of a file in memory: 8-bit RGB from any colour type, transparency over black.
    /// - Throws: `PNGFault.undecodable`; files of more than 89 million pixels are refused before memory is taken for them.
    public static func decode(_ file: [UInt8]) throws(PNGFault) -> Picture {
        do {
            let (width, height, pixels) = try PNGCodec.decode(file, pixelLimit: pixelLimit)
            return try Picture(width: width, height: height, pixels: pixels)
        } catch let error as PNGCodec.Refusal {
            throw .undecodable(message: error.message)
        } catch {
            throw .undecodable(message: String(describing: error))
        }
    }

    private static func contents(of path: FilePath) throws(GalleryError) -> [UInt8] {
        do {
            // Without nonBlocking, a pipe in the file's place would be waited for.
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            return try descriptor.closeAfter {
                var status = stat()
                guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
                guard status.st_mode & S_IFMT == S_IFREG else { throw GalleryError.notARegularFile(path: path) }
                let count = Int(status.st_size)
                guard count <= byteLimit else { throw GalleryError.tooLarge(path: path, byteCount: count, limit: byteLimit) }
                return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                    while initialized < count {
                        let read = try descriptor.read(
                            into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...]))
                        if read == 0 { return }
                        initialized += read
                    }
                }
            }
        } catch let error as GalleryError {
            throw error
        } catch {
            throw .unreadable(path: path, call: "read", code: (error as? Errno)?.rawValue ?? EIO)
        }
    }
}
