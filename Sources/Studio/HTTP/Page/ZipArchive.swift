import Gallery
import History

/// A zip file of stored files (APPNOTE 6.3.10 of PKWARE), made one file at a time. Pictures are compressed already.
struct ZipArchive {
    /// Sizes and places have 32 bits.
    static let byteLimit = Int(UInt32.max)
    private var directory: [UInt8] = []
    private var byteCount = 0
    private var fileCount = 0

    /// Header and content of the next file.
    /// - Parameters:
    ///   - name: UTF-8, without folders.
    ///   - modified: UTC milliseconds.
    mutating func file(_ name: String, _ content: [UInt8], modified: Timestamp) -> [UInt8] {
        let time = DOSTime(modified)
        let checksum = Gzip.checksum(content)
        // Version 2.0, names in UTF-8, stored.
        let common =
            Self.little16(20) + Self.little16(0x0800) + Self.little16(0) + Self.little16(time.time) + Self.little16(time.date)
            + Self.little32(checksum) + Self.little32(UInt32(content.count)) + Self.little32(UInt32(content.count))
            + Self.little16(UInt16(name.utf8.count)) + Self.little16(0)
        directory += Self.little32(0x0201_4b50) + Self.little16(20) + common
        directory += Self.little16(0) + Self.little16(0) + Self.little16(0) + Self.little32(0) + Self.little32(UInt32(byteCount))
        directory += Array(name.utf8)
        let entry = Self.little32(0x0403_4b50) + common + Array(name.utf8) + content
        byteCount += entry.count
        fileCount += 1
        return entry
    }

    /// What ends the archive.
    func end() -> [UInt8] {
        directory + Self.little32(0x0605_4b50) + Self.little16(0) + Self.little16(0) + Self.little16(UInt16(fileCount))
            + Self.little16(UInt16(fileCount)) + Self.little32(UInt32(directory.count)) + Self.little32(UInt32(byteCount))
            + Self.little16(0)
    }

    private static func little16(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
    private static func little32(_ value: UInt32) -> [UInt8] { little16(UInt16(value & 0xFFFF)) + little16(UInt16(value >> 16)) }
}

/// Date and time of FAT file systems: years from 1980, seconds by two.
struct DOSTime {
    let date, time: UInt16

    /// - Parameter time: UTC milliseconds.
    init(_ time: Timestamp) {
        let seconds = max(0, time / 1000)
        let (day, second) = (seconds / 86400, seconds % 86400)
        // Civil date from days since 1970 (H. Hinnant, "chrono-compatible low-level date algorithms").
        let shifted = day + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let dayOfMonth = dayOfYear - (153 * march + 2) / 5 + 1
        date = UInt16(min(max(year - 1980, 0), 127) << 9 | month << 5 | dayOfMonth)
        self.time = UInt16((second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60) / 2)
    }
}
