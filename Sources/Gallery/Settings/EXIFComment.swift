/// The user comment in EXIF data (CIPA DC-008, section 4.6.6): a TIFF structure whose directory points to EXIF's own, which holds it.
enum EXIFComment {
    private static let exifDirectoryTag = 0x8769
    private static let commentTag = 0x9286
    /// More than any program writes; the EXIF data of a JPEG file has at most 64 KiB.
    private static let byteLimit = 1 << 20

    /// `nil` where there is none, or where the structure is broken.
    static func read(_ exif: ArraySlice<UInt8>) -> String? {
        guard let tiff = TIFF(Array(exif)), let first = tiff.integer(at: 4, size: 4) else { return nil }
        let directory = tiff.entry(exifDirectoryTag, directory: first)?.offset ?? first
        guard let entry = tiff.entry(commentTag, directory: directory), entry.count <= byteLimit, let bytes = tiff.bytes(entry) else {
            return nil
        }
        let text = bytes.starts(with: Array("UNICODE\0".utf8)) ? utf16(bytes.dropFirst(8), tiff) : eightBit(bytes)
        return text.isEmpty ? nil : text
    }

    /// Eight bytes name the character code; some programs leave them out.
    private static func eightBit(_ bytes: ArraySlice<UInt8>) -> String {
        let codes = ["ASCII\0\0\0", "\0\0\0\0\0\0\0\0"]
        let isNamed = codes.contains { bytes.starts(with: Array($0.utf8)) }
        return String(decoding: (isNamed ? bytes.dropFirst(8) : bytes).filter { $0 != 0 }, as: UTF8.self)
    }

    /// In the order of its mark; else in the one in which more of the text is ASCII, as the names of the settings are; else in the file's.
    private static func utf16(_ bytes: ArraySlice<UInt8>, _ tiff: TIFF) -> String {
        let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let swapped = units.map(\.byteSwapped)
        let isASCII: (UInt16) -> Bool = { $0 != 0 && $0 < 0x80 }
        let (big, little) = (units.count(where: isASCII), swapped.count(where: isASCII))
        let isLittle =
            switch units.first {
            case 0xFEFF: false
            case 0xFFFE: true
            default: big == little ? tiff.isLittleEndian : little > big
            }
        let text = (isLittle ? swapped : units).filter { $0 != 0 && $0 != 0xFEFF }
        return String(decoding: text, as: UTF16.self)
    }
}

/// A TIFF structure (TIFF 6.0, section 2): entries of 12 bytes in directories, found by offsets that may lead anywhere.
private struct TIFF {
    let file: [UInt8]
    let isLittleEndian: Bool

    struct Entry {
        let count: Int
        /// Of the four bytes that hold the value or point to it.
        let position: Int
        /// What those four bytes say as an offset.
        let offset: Int
    }

    init?(_ file: [UInt8]) {
        guard file.starts(with: Array("II".utf8)) || file.starts(with: Array("MM".utf8)) else { return nil }
        self.file = file
        isLittleEndian = file[0] == UInt8(ascii: "I")
        guard integer(at: 2, size: 2) == 42 else { return nil }
    }

    func integer(at offset: Int, size: Int) -> Int? {
        guard offset <= file.count - size else { return nil }
        let bytes = file[offset..<offset + size]
        return PNGChunks.integer(isLittleEndian ? ArraySlice(bytes.reversed()) : bytes)
    }

    func entry(_ tag: Int, directory: Int) -> Entry? {
        guard let count = integer(at: directory, size: 2) else { return nil }
        for index in 0..<count {
            let start = directory + 2 + 12 * index
            guard let found = integer(at: start, size: 2) else { return nil }
            if found == tag, let count = integer(at: start + 4, size: 4), let offset = integer(at: start + 8, size: 4) {
                return Entry(count: count, position: start + 8, offset: offset)
            }
        }
        return nil
    }

    /// The value of an entry of bytes; four or fewer stand in the entry itself.
    func bytes(_ entry: Entry) -> ArraySlice<UInt8>? {
        let start = entry.count <= 4 ? entry.position : entry.offset
        guard start <= file.count, entry.count <= file.count - start else { return nil }
        return file[start..<start + entry.count]
    }
}
