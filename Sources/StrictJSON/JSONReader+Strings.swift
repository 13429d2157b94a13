extension JSONReader {
    mutating func readString() throws(Failure) -> String {
        var text: [UInt8] = []
        try readString(into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Replaces `text` with the UTF-8 bytes of a string.
    public mutating func readString(into text: inout [UInt8]) throws(Failure) {
        guard peek() == UInt8(ascii: "\"") else { throw expected("a string") }
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
                throw expected(position == bytes.count ? "'\"'" : "no control character in a string")
            }
        }
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(Failure) {
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
        default: throw expected("an escape sequence")
        }
        position += 1
    }

    private mutating func appendUnicodeEscape(to text: inout [UInt8]) throws(Failure) {
        var value = try readUTF16Unit()
        if value & 0xFC00 == 0xD800, current == 0x5C {
            position += 1
            let low = try readUTF16Unit()
            guard low & 0xFC00 == 0xDC00 else { throw expected("the second half of a surrogate pair") }
            value = 0x10000 + ((value & 0x3FF) << 10) + (low & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(value) else { throw expected("a Unicode scalar") }
        text.append(contentsOf: String(scalar).utf8)
    }

    /// Reads `uXXXX`.
    private mutating func readUTF16Unit() throws(Failure) -> UInt32 {
        guard current == UInt8(ascii: "u") else { throw expected("'u'") }
        position += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else { throw expected("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
