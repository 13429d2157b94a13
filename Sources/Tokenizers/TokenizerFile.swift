internal import StrictJSON
internal import SystemPackage

/// The bytes of one file of a tokenizer folder.
struct TokenizerFile {
    /// Real vocabularies need 4 MB at most; a larger limit only protects against reading a weight file by mistake.
    static let byteLimit: Int64 = 1 << 26

    let path: FilePath
    let bytes: [UInt8]

    /// Reads a whole file.
    ///
    /// - Throws: `TokenizerError.unreadable` or `.tooLarge`.
    init(path: FilePath) throws(TokenizerError) {
        self.path = path
        do {
            // Opening a pipe would otherwise wait for a writer; a regular file does not mind.
            let descriptor = try FileDescriptor.open(path, .readOnly, options: .nonBlocking)
            do {
                bytes = try Self.read(descriptor, path: path)
            } catch {
                try? descriptor.close()
                throw error
            }
            try descriptor.close()
        } catch let error as TokenizerError {
            throw error
        } catch {
            throw .unreadable(file: path, reason: error as? Errno ?? .ioError)
        }
    }

    /// Reads a file that a folder need not have; nil if there is none.
    ///
    /// - Throws: as `init(path:)`.
    static func optional(path: FilePath) throws(TokenizerError) -> TokenizerFile? {
        do {
            return try TokenizerFile(path: path)
        } catch .unreadable(_, .noSuchFileOrDirectory) {
            return nil
        }
    }

    private static func read(_ descriptor: FileDescriptor, path: FilePath) throws -> [UInt8] {
        // A folder opens and has a size, a pipe opens too; only reading tells.
        _ = try read(descriptor, byteCount: 1)
        let byteCount = try descriptor.seek(offset: 0, from: .end)
        guard byteCount <= byteLimit else { throw TokenizerError.tooLarge(file: path, byteCount: byteCount, limit: byteLimit) }
        return try read(descriptor, byteCount: Int(byteCount))
    }

    /// Fewer bytes than asked for if the file ends before.
    private static func read(_ descriptor: FileDescriptor, byteCount: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = try bytes.withUnsafeMutableBytes { buffer in
            var filled = 0
            while filled < buffer.count {
                // SAFETY: the array's memory outlives the call, which writes at most as many bytes as the rest has.
                let step = try descriptor.read(fromAbsoluteOffset: Int64(filled), into: .init(rebasing: buffer[filled...]))
                if step == 0 { break }
                filled += step
            }
            return filled
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

extension TokenizerFile {
    /// - Throws: `TokenizerError.notUTF8` with the first bad byte.
    func validateUTF8() throws(TokenizerError) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw .notUTF8(file: path, offset: error.byteOffsets.lowerBound)
        }
    }

    /// A reader of the file as JSON, whose errors name the file.
    ///
    /// - Throws: `TokenizerError.notUTF8`.
    func json() throws(TokenizerError) -> JSONReader<TokenizerError> {
        try JSONReader(bytes) { fault in
            fault.kind == .notUTF8 ? .notUTF8(file: path, offset: fault.offset) : .malformedJSON(file: path, fault: fault)
        }
    }
}
