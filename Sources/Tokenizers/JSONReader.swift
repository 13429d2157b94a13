internal import SystemPackage

/// A pull parser over one JSON document (RFC 8259) held in memory.
///
/// Vocabularies are objects and arrays of tens of thousands of entries that go straight into compact tables;
/// Foundation's decoder first builds a value per entry, which takes most of the whole loading time.
struct JSONReader {
    static let depthLimit = 64

    let path: FilePath
    private let bytes: [UInt8]
    private(set) var position = 0
    /// True between two members or elements, where a comma or the closing bracket must follow.
    private var isAfterValue = false

    /// - Throws: `TokenizerError.notUTF8`.
    init(_ file: TokenizerFile) throws(TokenizerError) {
        try file.validateUTF8()
        path = file.path
        bytes = file.bytes
    }

    func malformed(_ expected: String) -> TokenizerError {
        .malformedJSON(file: path, offset: position, expected: expected)
    }

    /// The next significant byte; 0, which JSON never has there, at the end.
    mutating func peek() -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return 0
    }

    private mutating func expect(_ byte: UInt8) throws(TokenizerError) {
        guard peek() == byte else { throw malformed("'\(Unicode.Scalar(byte))'") }
        position += 1
    }

    mutating func openObject() throws(TokenizerError) {
        try expect(UInt8(ascii: "{"))
        isAfterValue = false
    }

    mutating func openArray() throws(TokenizerError) {
        try expect(UInt8(ascii: "["))
        isAfterValue = false
    }

    /// Moves to the value of the next member and puts its key into `key`; false after consuming the closing brace.
    mutating func nextKey(into key: inout [UInt8]) throws(TokenizerError) -> Bool {
        guard try !closes(with: UInt8(ascii: "}")) else { return false }
        try readString(into: &key)
        try expect(UInt8(ascii: ":"))
        isAfterValue = false
        return true
    }

    /// As `nextKey(into:)`, for objects with few members.
    mutating func nextKey() throws(TokenizerError) -> String? {
        var key: [UInt8] = []
        return try nextKey(into: &key) ? String(decoding: key, as: UTF8.self) : nil
    }

    /// Moves to the next element; false after consuming the closing bracket.
    mutating func nextElement() throws(TokenizerError) -> Bool {
        try !closes(with: UInt8(ascii: "]"))
    }

    private mutating func closes(with bracket: UInt8) throws(TokenizerError) -> Bool {
        let byte = peek()
        if byte == bracket {
            position += 1
            isAfterValue = true
            return true
        }
        if isAfterValue {
            guard byte == UInt8(ascii: ",") else { throw malformed("',' or '\(Unicode.Scalar(bracket))'") }
            position += 1
            isAfterValue = false
            guard peek() != bracket else { throw malformed("another value after ','") }
        }
        return false
    }

    /// - Throws: `TokenizerError.malformedJSON` if anything but white space follows the document.
    mutating func expectEnd() throws(TokenizerError) {
        _ = peek()
        guard position == bytes.count else { throw malformed("the end of the file") }
    }

    mutating func readDouble() throws(TokenizerError) -> Double {
        let text = try readNumberText()
        // The number's text obeys the grammar, so only its magnitude can keep it from being a Double.
        guard let number = Double(text), number.isFinite else { throw malformed("a number within the range of a double") }
        isAfterValue = true
        return number
    }

    mutating func readInteger() throws(TokenizerError) -> Int {
        let start = position
        guard let number = Int(try readNumberText()) else {
            position = start
            throw malformed("an integer")
        }
        isAfterValue = true
        return number
    }

    private mutating func readNumberText() throws(TokenizerError) -> String {
        _ = peek()
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let integer = skipDigits()
        guard integer == 1 || (integer > 1 && bytes[position - integer] != UInt8(ascii: "0")) else { throw malformed("a number") }
        if current == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw malformed("a digit") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() > 0 else { throw malformed("a digit") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipDigits() -> Int {
        let start = position
        while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    /// Skips one of the words `true`, `false` and `null`.
    mutating func skipWord(_ word: StaticString) throws(TokenizerError) {
        for byte in word.description.utf8 {
            guard current == byte else { throw malformed("'\(word)'") }
            position += 1
        }
        isAfterValue = true
    }

    /// Replaces `text` with the UTF-8 bytes of a string.
    mutating func readString(into text: inout [UInt8]) throws(TokenizerError) {
        guard peek() == UInt8(ascii: "\"") else { throw malformed("a string") }
        position += 1
        text.removeAll(keepingCapacity: true)
        while true {
            let start = position
            while position < bytes.count, bytes[position] >= 0x20, bytes[position] != 0x22, bytes[position] != 0x5C { position += 1 }
            text.append(contentsOf: bytes[start..<position])
            switch current {
            case 0x22:
                position += 1
                isAfterValue = true
                return
            case 0x5C:
                try appendEscape(to: &text)
            default:
                throw malformed(position == bytes.count ? "'\"'" : "no control character in a string")
            }
        }
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(TokenizerError) {
        position += 1
        let letter = current
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): return try appendUnicodeEscape(to: &text)
        default: throw malformed("an escape sequence")
        }
        position += 1
    }

    private mutating func appendUnicodeEscape(to text: inout [UInt8]) throws(TokenizerError) {
        var value = try readUTF16Unit()
        if value & 0xFC00 == 0xD800, current == 0x5C {
            position += 1
            let low = try readUTF16Unit()
            guard low & 0xFC00 == 0xDC00 else { throw malformed("the second half of a surrogate pair") }
            value = 0x10000 + ((value & 0x3FF) << 10) + (low & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(value) else { throw malformed("a Unicode scalar") }
        text.append(contentsOf: String(scalar).utf8)
    }

    /// Reads `uXXXX`.
    private mutating func readUTF16Unit() throws(TokenizerError) -> UInt32 {
        guard current == UInt8(ascii: "u") else { throw malformed("'u'") }
        position += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else { throw malformed("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
