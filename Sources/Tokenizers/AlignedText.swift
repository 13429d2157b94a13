/// Unicode scalars, each with the UTF-8 offset in the prompt that it came from.
///
/// Normalising replaces scalars; the origins keep the way back, so that a truncation can quote the prompt as it was written.
struct AlignedText {
    private(set) var scalars: [Unicode.Scalar] = []
    private(set) var origins: [Int] = []

    init() {}

    init(_ prompt: String) {
        var offset = 0
        for scalar in prompt.unicodeScalars {
            append(scalar, origin: offset)
            offset += UTF8.width(scalar)
        }
    }

    var count: Int { scalars.count }

    mutating func append(_ scalar: Unicode.Scalar, origin: Int) {
        scalars.append(scalar)
        origins.append(origin)
    }

    func slice(_ range: Range<Int>) -> AlignedText {
        var slice = AlignedText()
        slice.scalars = Array(scalars[range])
        slice.origins = Array(origins[range])
        return slice
    }

    /// The ranges of the extended grapheme clusters (UAX #29) in a range of the scalars.
    func graphemeClusters(in range: Range<Int>) -> [Range<Int>] {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        var start = range.lowerBound
        return String(text).map { character in
            defer { start += character.unicodeScalars.count }
            return start..<start + character.unicodeScalars.count
        }
    }

    func string(in range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return String(text)
    }
}
