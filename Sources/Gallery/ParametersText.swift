import FoundationEssentials

/// The text in which AUTOMATIC1111's web interface, Forge, ComfyUI's savers and Civitai describe a picture.
///
/// Lines of the prompt, lines of the negative prompt after "Negative prompt:", and one last line of `Key: value` pairs; a value with
/// a comma, a colon or a line break is a JSON string. A last line of fewer than three pairs belongs to the prompt.
public struct ParametersText: Equatable, Sendable {
    public let prompt: String
    public let negativePrompt: String?
    /// Pairs in their order; programs add keys of their own.
    public let pairs: [Pair]

    public struct Pair: Equatable, Sendable {
        public let key: String
        public let value: String
    }

    /// Guidance of FLUX.1-dev's authors, for texts whose scale belongs to another kind of model.
    static let defaultGuidance = 3.5
    private static let negativeMark = "Negative prompt:"

    /// Reads any text: what is not understood belongs to the prompt.
    public init(_ text: String) {
        var lines = text.trimmed.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { String($0).trimmed }
        let pairs = Self.pairs(lines.last ?? "")
        if pairs.count >= 3 { lines.removeLast() }
        self.pairs = pairs.count >= 3 ? pairs : []
        let negative = lines.firstIndex { $0.hasPrefix(Self.negativeMark) }
        prompt = lines[..<(negative ?? lines.count)].joined(separator: "\n")
        negativePrompt = negative.map { start in
            let first = String(lines[start].dropFirst(Self.negativeMark.count)).trimmed
            return ([first] + lines[(start + 1)...]).joined(separator: "\n")
        }
    }

    /// The last value of a key, whatever its case.
    public subscript(key: String) -> String? {
        pairs.last { $0.key.lowercased() == key.lowercased() }?.value
    }

    public var steps: Int? { self["Steps"].flatMap { Int($0) } }
    public var seed: UInt64? { self["Seed"].flatMap { UInt64($0) } }

    /// Pixels, from "Size: 1024x768".
    public var size: (width: Int, height: Int)? {
        guard let sides = self["Size"]?.split(separator: "x").map({ Int($0) }), sides.count == 2,
            let width = sides[0], let height = sides[1], width > 0, height > 0
        else { return nil }
        return (width, height)
    }

    /// Distilled guidance that is stated as such.
    var distilledGuidance: Double? {
        (self["Distilled CFG Scale"] ?? self["Guidance"] ?? self["Flux Guidance"]).flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The scale of classifier-free guidance.
    var scale: Double? {
        self["CFG scale"].flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The distilled guidance: stated as such, or a CFG scale of up to 5. A higher one is a habit of models with true CFG.
    public var guidance: Double? {
        distilledGuidance ?? scale.flatMap { $0 > 0 && $0 <= 5 ? $0 : nil }
    }

    /// A number as short as it can be read back: 3.5, 4.
    static func number(_ value: Double) -> String {
        Int(exactly: value).map { String($0) } ?? String(value)
    }

    /// A value as it stands in the last line; a JSON string where it would be cut short or stripped otherwise.
    static func quoted(_ value: String) -> String {
        let scalars = value.unicodeScalars
        let isBounded = [scalars.first, scalars.last].allSatisfy { $0?.properties.isWhitespace != true }
        guard !isBounded || scalars.contains(where: { ",:\"\n\r".unicodeScalars.contains($0) }) else { return value }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A string always has a JSON form.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? value
    }
}

extension ParametersText {
    /// All `Key: value` pairs of a line, in one pass whatever the line holds. A key has two characters or more of letters, digits, "_", "-",
    /// "/" and spaces and starts with one of the first three kinds; what fits no pair is passed over.
    private static func pairs(_ line: String) -> [Pair] {
        let scalars = Array(line.unicodeScalars)
        var pairs: [Pair] = []
        var position = 0
        while position < scalars.count {
            let start = position
            while position < scalars.count, isKeyPart(scalars[position]) { position += 1 }
            let key = scalars[start..<position].drop { !isWord($0) }
            guard key.count >= 2, position < scalars.count, scalars[position] == ":" else {
                position += 1
                continue
            }
            position += 1
            while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
            let value = quotedValue(scalars, &position) ?? plainValue(scalars, &position)
            pairs.append(Pair(key: text(key), value: value))
        }
        return pairs
    }

    /// A JSON string that a comma or the end follows.
    private static func quotedValue(_ scalars: [Unicode.Scalar], _ position: inout Int) -> String? {
        guard position < scalars.count, scalars[position] == "\"" else { return nil }
        var end = position + 1
        while end < scalars.count, scalars[end] != "\"" { end += scalars[end] == "\\" ? 2 : 1 }
        guard end < scalars.count, end + 1 == scalars.count || scalars[end + 1] == "," else { return nil }
        let quoted = text(scalars[position...end])
        position = end + 2
        // Not every writer escapes; its text is taken as it is.
        return (try? JSONDecoder().decode(String.self, from: Data(quoted.utf8))) ?? quoted
    }

    private static func plainValue(_ scalars: [Unicode.Scalar], _ position: inout Int) -> String {
        let start = position
        while position < scalars.count, scalars[position] != "," { position += 1 }
        defer { position += 1 }
        return text(scalars[start..<position])
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func isKeyPart(_ scalar: Unicode.Scalar) -> Bool {
        isWord(scalar) || scalar == " " || scalar == "-" || scalar == "/"
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}

extension String {
    /// Without white space at either end; by scalars, because an accent on a space is text.
    var trimmed: String {
        let isText: (Unicode.Scalar) -> Bool = { !$0.properties.isWhitespace }
        guard let first = unicodeScalars.firstIndex(where: isText), let last = unicodeScalars.lastIndex(where: isText) else { return "" }
        return String(unicodeScalars[first...last])
    }
}
