/// A strict JSON reader (RFC 8259) that, unlike Foundation's, refuses duplicate keys and never changes an integer's value.
struct JSONParser {
    /// Weight files need three levels; the bound keeps hostile nesting off the stack.
    static let depthLimit = 32
    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Parses one document that fills `bytes` but for white space.
    static func parse(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.position < bytes.count { throw .unexpectedByte(bytes[parser.position], offset: parser.position) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        if depth > Self.depthLimit { throw .tooDeep(limit: Self.depthLimit, offset: position) }
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try literal("false", .boolean(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        try expect(UInt8(ascii: "{"))
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        skipSpace()
        if try peek() != UInt8(ascii: "}") {
            repeat {
                skipSpace()
                let offset = position
                let key = try string()
                if !keys.insert(key).inserted { throw .duplicateKey(key, offset: offset) }
                skipSpace()
                try expect(UInt8(ascii: ":"))
                members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
                skipSpace()
            } while try consume(UInt8(ascii: ","))
        }
        try expect(UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        try expect(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        skipSpace()
        if try peek() != UInt8(ascii: "]") {
            repeat {
                elements.append(try value(depth: depth + 1))
                skipSpace()
            } while try consume(UInt8(ascii: ","))
        }
        try expect(UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = position
        let negative = try consume(UInt8(ascii: "-"))
        let digits = try self.digits()
        if digits.count > 1, bytes[digits.lowerBound] == UInt8(ascii: "0") { throw .unexpectedByte(UInt8(ascii: "0"), offset: start) }
        var isInteger = !negative
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            _ = try self.digits()
            isInteger = false
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { position += 1 }
            _ = try self.digits()
            isInteger = false
        }
        return isInteger ? .integer(try integer(digits)) : .number
    }

    private func integer(_ digits: Range<Int>) throws(JSONFault) -> UInt64 {
        var value: UInt64 = 0
        for byte in bytes[digits] {
            let (shifted, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) = shifted.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            if overflows || carries { throw .integerOverflow(offset: digits.lowerBound) }
            value = sum
        }
        return value
    }

    /// One or more digits.
    private mutating func digits() throws(JSONFault) -> Range<Int> {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
        if position == start { throw .unexpectedByte(try peek(), offset: position) }
        return start..<position
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        for byte in text.description.utf8 { try expect(byte) }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONFault) -> UInt8 {
        guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
        return bytes[position]
    }

    private mutating func consume(_ byte: UInt8) throws(JSONFault) -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONFault) {
        let found = try peek()
        if found != byte { throw .unexpectedByte(found, offset: position) }
        position += 1
    }
}

extension JSONParser {
    private mutating func string() throws(JSONFault) -> String {
        let start = position
        try expect(UInt8(ascii: "\""))
        var units: [UInt8] = []
        while true {
            let byte = try peek()
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw .invalidText(offset: start) }
                return text
            case UInt8(ascii: "\\"): units.append(contentsOf: Array(String(try escape()).utf8))
            case 0..<0x20: throw .unexpectedByte(byte, offset: position - 1)
            default: units.append(byte)
            }
        }
    }

    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw .unexpectedByte(byte, offset: position - 1)
        }
    }

    private mutating func unicodeEscape() throws(JSONFault) -> Unicode.Scalar {
        let start = position - 2
        let first = try hexadecimal()
        var code = first
        if first & 0xFC00 == 0xD800 {
            try expect(UInt8(ascii: "\\"))
            try expect(UInt8(ascii: "u"))
            let second = try hexadecimal()
            guard second & 0xFC00 == 0xDC00 else { throw .invalidText(offset: start) }
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .invalidText(offset: start) }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw .unexpectedByte(byte, offset: position) }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
