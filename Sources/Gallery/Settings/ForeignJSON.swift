import StrictJSON

/// JSON by other programs.
enum ForeignJSON {
    /// `nil` for what is no JSON. Python's writer puts NaN and Infinity where JSON has nothing to say; they are read as null.
    static func parse(_ text: String) -> JSONValue? {
        let bytes = Array(text.utf8)
        return (try? JSONValue(parsing: bytes)) ?? (try? JSONValue(parsing: withoutInfinities(bytes)))
    }

    private static let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }

    private static func withoutInfinities(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        var isInString = false
        while position < bytes.count {
            let byte = bytes[position]
            if !isInString, byte == UInt8(ascii: "N") || byte == UInt8(ascii: "I") || byte == UInt8(ascii: "-"),
                let word = words.first(where: { bytes[position...].starts(with: $0) })
            {
                result += Array("null".utf8)
                position += word.count
                continue
            }
            // An escaped character cannot end the string.
            let length = isInString && byte == UInt8(ascii: "\\") ? min(2, bytes.count - position) : 1
            result += bytes[position..<position + length]
            if length == 1, byte == UInt8(ascii: "\"") { isInString.toggle() }
            position += length
        }
        return result
    }
}

/// Numbers, also where they are written as strings.
extension JSONValue {
    var asDouble: Double? {
        let number: Double? =
            switch self {
            case .integer(let value): Double(value)
            case .number(let value): value
            case .string(let text): Double(text)
            default: nil
            }
        return number?.isFinite == true ? number : nil
    }

    var asInteger: Int? {
        integer ?? string.flatMap { Int($0) } ?? asDouble.flatMap { Int(exactly: $0) }
    }

    /// Seeds are not negative, and those above 2⁶³ are numbers that lost their last digits.
    var asSeed: UInt64? {
        asInteger.flatMap { UInt64(exactly: $0) } ?? string.flatMap { UInt64($0) }
            ?? asDouble.flatMap { $0 < 0x1p64 && $0 >= 0x1p63 ? UInt64($0) : nil }
    }
}
