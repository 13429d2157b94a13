internal import SystemPackage

/// A pull parser over the fields of one protocol buffer message.
struct ProtocolBufferReader {
    enum Value {
        case integer(UInt64)
        /// A text, a blob or a nested message: its range in the file.
        case bytes(Range<Int>)
        case fixed32(UInt32)
        case fixed64
    }

    let file: TokenizerFile
    private(set) var position: Int
    private let end: Int

    init(_ file: TokenizerFile, range: Range<Int>) {
        self.file = file
        position = range.lowerBound
        end = range.upperBound
    }

    private func malformed(at offset: Int) -> TokenizerError {
        .malformedProtocolBuffer(file: file.path, offset: offset)
    }

    /// The next field with its number; nil at the end of the message.
    ///
    /// - Throws: `TokenizerError.malformedProtocolBuffer`.
    mutating func next() throws(TokenizerError) -> (number: UInt64, value: Value)? {
        guard position < end else { return nil }
        let start = position
        let tag = try readVarint()
        switch tag & 7 {
        case 0:
            return (tag >> 3, .integer(try readVarint()))
        case 1:
            _ = try take(8)
            return (tag >> 3, .fixed64)
        case 2:
            return (tag >> 3, .bytes(try take(try readVarint())))
        case 5:
            let bytes = file.bytes[try take(4)]
            return (tag >> 3, .fixed32(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }))
        default:
            throw malformed(at: start)
        }
    }

    private mutating func take(_ count: UInt64) throws(TokenizerError) -> Range<Int> {
        guard count <= UInt64(end - position) else { throw malformed(at: position) }
        defer { position += Int(count) }
        return position..<position + Int(count)
    }

    private mutating func readVarint() throws(TokenizerError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < end else { break }
            let byte = file.bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw malformed(at: position)
    }
}
