// The standard library's normal forms are not public yet; Foundation's would bring tens of megabytes of tables into memory.
@_spi(_Unicode) import Swift

/// CLIP's text normalisation and its split into pieces (Radford et al. 2021, released code).
enum CLIPText {
    /// Normal form C, every run of white space one space, lower case scalar by scalar.
    static func normalized(_ text: AlignedText, in range: Range<Int>) -> AlignedText {
        var result = AlignedText()
        var isAfterSpace = false
        // A canonical composition never crosses the border of a grapheme cluster, so composing each keeps the origins exact.
        for cluster in text.graphemeClusters(in: range) {
            let composed = compose(text, cluster)
            for (index, scalar) in composed.enumerated() {
                // A cluster that composing changed keeps only its own beginning as origin.
                let origin = text.origins[cluster.lowerBound + (composed.count == cluster.count ? index : 0)]
                if scalar.properties.isWhitespace {
                    if !isAfterSpace { result.append(" ", origin: origin) }
                    isAfterSpace = true
                } else {
                    for lower in scalar.properties.lowercaseMapping.unicodeScalars { result.append(lower, origin: origin) }
                    isAfterSpace = false
                }
            }
        }
        return result
    }

    private static func compose(_ text: AlignedText, _ cluster: Range<Int>) -> [Unicode.Scalar] {
        let first = text.scalars[cluster.lowerBound]
        // Below U+0300 nothing changes under composition with nothing.
        return cluster.count == 1 && first.value < 0x300 ? [first] : Array(text.string(in: cluster)._nfc)
    }

    /// The ranges of the pieces: contractions, runs of letters, single digits, runs of other scalars; spaces are dropped.
    static func pieces(of text: AlignedText, in range: Range<Int>) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let scalars = text.scalars[position..<range.upperBound]
            if let parts = literals.first(where: { scalars.starts(with: $0.joined()) }) {
                for part in parts {
                    pieces.append(position..<position + part.count)
                    position += part.count
                }
                continue
            }
            let end = pieceEnd(scalars)
            if Kind(scalars[position]) != .space { pieces.append(position..<end) }
            position = end
        }
        return pieces
    }

    /// The published pattern names these two texts, whatever the special tokens are; a second split then parts the brackets.
    private static let literals: [[[Unicode.Scalar]]] = ["startoftext", "endoftext"].map {
        [["<", "|"], Array($0.unicodeScalars), ["|", ">"]]
    }

    private static let contractions: [[Unicode.Scalar]] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { Array($0.unicodeScalars) }

    private static func pieceEnd(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
        let start = scalars.startIndex
        if scalars[start] == "'", let contraction = contractions.first(where: { scalars.starts(with: $0) }) {
            return start + contraction.count
        }
        let kind = Kind(scalars[start])
        if kind == .number { return start + 1 }
        return scalars.firstIndex { Kind($0) != kind } ?? scalars.endIndex
    }

    private enum Kind {
        case letter, number, space, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
            case .decimalNumber, .letterNumber, .otherNumber: self = .number
            default: self = scalar.properties.isWhitespace ? .space : .other
            }
        }
    }
}
