/// A pull reader over one JSON document (RFC 8259) held in memory, which throws its caller's kind of error.
///
/// Objects and arrays of tens of thousands of entries go straight into the caller's tables. Foundation's decoder first builds
/// a value per entry, which takes most of the whole loading time; it also accepts what strict JSON is not.
public struct JSONReader<Failure: Error> {
    /// The documents in use need ten levels; the bound keeps hostile nesting off the stack.
    public static var depthLimit: Int { 32 }

    let bytes: [UInt8]
    private let failure: (JSONFault) -> Failure
    var position = 0
    private var depth = 0
    private var keyOffset = 0
    /// True between two members or elements, where a comma or the closing bracket must follow.
    var isAfterValue = false

    /// Makes a reader whose every error is `failure` of a `JSONFault`.
    ///
    /// - Throws: the failure of `JSONFault.Kind.notUTF8`.
    public init(_ bytes: [UInt8], failure: @escaping (JSONFault) -> Failure) throws(Failure) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw failure(JSONFault(.notUTF8, offset: error.byteOffsets.lowerBound))
        }
        self.bytes = bytes
        self.failure = failure
    }

    /// The error that what comes next is not what it should be.
    public func expected(_ expectation: String) -> Failure {
        failure(JSONFault(.expected(expectation), offset: position))
    }

    /// The error that the last key read occurred before.
    public func duplicateKey(_ key: [UInt8]) -> Failure {
        failure(JSONFault(.duplicateKey(String(decoding: key, as: UTF8.self)), offset: keyOffset))
    }

    /// The next significant byte; 0, which JSON never has there, at the end.
    public mutating func peek() -> UInt8 {
        // A local position stays in a register.
        var next = position
        defer { position = next }
        while next < bytes.count {
            let byte = bytes[next]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            next += 1
        }
        return 0
    }

    /// - Throws: if anything but white space is left.
    public mutating func expectEnd() throws(Failure) {
        _ = peek()
        guard position == bytes.count else { throw expected("the end of the file") }
    }

    private mutating func expect(_ byte: UInt8) throws(Failure) {
        guard peek() == byte else { throw expected("'\(Unicode.Scalar(byte))'") }
        position += 1
    }

    var current: UInt8 { position < bytes.count ? bytes[position] : 0 }
}

/// Objects and arrays.
extension JSONReader {
    /// Calls `member` with every key of an object, to read the key's value.
    ///
    /// - Throws: on a key that occurs twice, too.
    public mutating func readObject(_ member: (inout JSONReader, String) throws(Failure) -> Void) throws(Failure) {
        var keys: Set<JSONKey> = []
        var bytes: [UInt8] = []
        try openObject()
        while try nextKey(into: &bytes) {
            let key = String(decoding: bytes, as: UTF8.self)
            guard keys.insert(JSONKey(text: key)).inserted else { throw duplicateKey(bytes) }
            try member(&self, key)
        }
    }

    /// Enters an object of many members, whose caller sees to it that keys differ.
    public mutating func openObject() throws(Failure) {
        try open(UInt8(ascii: "{"))
    }

    public mutating func openArray() throws(Failure) {
        try open(UInt8(ascii: "["))
    }

    private mutating func open(_ bracket: UInt8) throws(Failure) {
        guard depth < Self.depthLimit else { throw failure(JSONFault(.tooDeep(limit: Self.depthLimit), offset: position)) }
        try expect(bracket)
        depth += 1
        isAfterValue = false
    }

    /// Moves to the value of the next member and puts its key into `key`; false after consuming the closing brace.
    public mutating func nextKey(into key: inout [UInt8]) throws(Failure) -> Bool {
        guard try !closes(with: UInt8(ascii: "}")) else { return false }
        _ = peek()
        keyOffset = position
        try readString(into: &key)
        try expect(UInt8(ascii: ":"))
        isAfterValue = false
        return true
    }

    /// Moves to the next element; false after consuming the closing bracket.
    public mutating func nextElement() throws(Failure) -> Bool {
        try !closes(with: UInt8(ascii: "]"))
    }

    private mutating func closes(with bracket: UInt8) throws(Failure) -> Bool {
        let byte = peek()
        if byte == bracket {
            position += 1
            depth -= 1
            isAfterValue = true
            return true
        }
        if isAfterValue {
            guard byte == UInt8(ascii: ",") else { throw expected("',' or '\(Unicode.Scalar(bracket))'") }
            position += 1
            isAfterValue = false
            guard peek() != bracket else { throw expected("another value after ','") }
        }
        return false
    }
}

/// A key that, unlike a string, differs from its other normal forms.
private struct JSONKey: Hashable {
    let text: String

    static func == (left: JSONKey, right: JSONKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Numbers and words.
extension JSONReader {
    public mutating func readDouble() throws(Failure) -> Double {
        try double(try readNumberText())
    }

    /// Reads a number without fraction and exponent that fits `Int`.
    public mutating func readInteger() throws(Failure) -> Int {
        let start = position
        guard let number = Int(try readNumberText()) else {
            position = start
            throw expected("an integer")
        }
        return number
    }

    mutating func readNumber() throws(Failure) -> JSONValue {
        let text = try readNumberText()
        // An integer has no negative zero.
        if text != "-0", let integer = Int(text) { return .integer(integer) }
        return .number(try double(text))
    }

    /// The text obeys the grammar, so only its magnitude can keep it from being a Double.
    private mutating func double(_ text: String) throws(Failure) -> Double {
        guard let number = Double(text), number.isFinite else { throw expected("a number within the range of a double") }
        return number
    }

    private mutating func readNumberText() throws(Failure) -> String {
        _ = peek()
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let integer = skipDigits()
        guard integer == 1 || (integer > 1 && bytes[position - integer] != UInt8(ascii: "0")) else { throw expected("a number") }
        if current == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw expected("a digit") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() > 0 else { throw expected("a digit") }
        }
        isAfterValue = true
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    /// Skips one of the words `true`, `false` and `null`.
    mutating func skipWord(_ word: StaticString) throws(Failure) {
        for byte in word.description.utf8 {
            guard current == byte else { throw expected("'\(word)'") }
            position += 1
        }
        isAfterValue = true
    }
}
