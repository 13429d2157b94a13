import CPNG

/// Compression for sending, and the checksum that goes with it.
public enum Gzip {
    /// A gzip file (RFC 1952) of `bytes`, at most 4 GiB; `nil` where there was no memory for it.
    public static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        precondition(bytes.count <= UInt32.max, "more than zlib takes at once: \(bytes.count) bytes")
        let file = [UInt8](unsafeUninitializedCapacity: sluice_png_gzip_bound(bytes.count)) { buffer, count in
            // SAFETY: the buffer has the capacity that the function asks for, and it sets as many bytes as it says.
            count = buffer.baseAddress.map { sluice_png_gzip(bytes, bytes.count, $0) } ?? 0
        }
        return file.isEmpty ? nil : file
    }

    /// The CRC-32 of gzip, zip and PNG (ISO 3309).
    public static func checksum(_ bytes: [UInt8]) -> UInt32 { PNGCodec.checksum(bytes[...]) }
}
