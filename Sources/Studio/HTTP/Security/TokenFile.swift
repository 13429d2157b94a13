import Glibc
public import SystemPackage

/// A token made once and kept beside the data, for its owner's eyes only.
public struct TokenFile {
    private let path: FilePath

    /// - Parameter folder: Of the data.
    public init(in folder: FilePath) {
        path = folder.appending("token")
    }

    /// The token that is kept, or a new one, which is kept from now on.
    /// - Throws: `StartRefusal.tokenFileReadableByOthers`, `.weakToken`; `Errno` for a file that cannot be used.
    public func token() throws -> (text: String, isNew: Bool) {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec]) else { return (try make(), true) }
        return try file.closeAfter {
            var status = stat()
            guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            guard status.st_mode & 0o077 == 0 else {
                throw StartRefusal.tokenFileReadableByOthers(name: path.string, mode: status.st_mode & 0o777)
            }
            let text = try String(unsafeUninitializedCapacity: 256) { buffer in
                try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            return (String(text.prefix { !$0.isWhitespace }), false)
        }
    }

    private func make() throws -> String {
        let text = AccessToken.generated()
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec], permissions: [.ownerReadWrite])
        try file.closeAfter {
            _ = try file.writeAll(Array("\(text)\n".utf8))
            if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
        }
        return text
    }
}
