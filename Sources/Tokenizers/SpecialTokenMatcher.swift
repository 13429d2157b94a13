/// Cuts special tokens out of a text: leftmost match first, then the longest.
struct SpecialTokenMatcher: Sendable {
    private struct Pattern: Sendable {
        let scalars: [Unicode.Scalar]
        let id: Int32
        let stripsLeft, stripsRight, isWholeWord: Bool
    }

    enum Section {
        case text(Range<Int>)
        case token(LocatedToken)
    }

    private let patterns: [Pattern]
    private let firstScalars: Set<Unicode.Scalar>

    /// - Parameter tokens: tokens, their ids and the text that stands for them.
    init(_ tokens: [(token: SpecialToken, id: Int32, text: AlignedText)]) {
        let patterns = tokens.filter { $0.text.count > 0 }.map {
            Pattern(
                scalars: $0.text.scalars, id: $0.id, stripsLeft: $0.token.stripsLeft, stripsRight: $0.token.stripsRight,
                isWholeWord: $0.token.isWholeWord)
        }
        self.patterns = patterns.sorted { $0.scalars.count > $1.scalars.count }
        firstScalars = Set(patterns.map { $0.scalars[0] })
    }

    /// Splits a range of `text` into special tokens and the text between them.
    func sections(of text: AlignedText, in range: Range<Int>) -> [Section] {
        var sections: [Section] = []
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            guard let pattern = match(text.scalars[range], at: position) else {
                position += 1
                continue
            }
            var matched = position..<position + pattern.scalars.count
            position = matched.upperBound
            if pattern.isWholeWord, adjoinsWord(text.scalars[range], matched) { continue }
            if pattern.stripsLeft { matched = whiteSpaceStart(text, from: start, to: matched.lowerBound)..<matched.upperBound }
            if pattern.stripsRight { matched = matched.lowerBound..<whiteSpaceEnd(text, from: matched.upperBound, to: range.upperBound) }
            if start < matched.lowerBound { sections.append(.text(start..<matched.lowerBound)) }
            sections.append(.token(LocatedToken(id: pattern.id, origin: text.origins[matched.lowerBound])))
            start = matched.upperBound
            position = max(position, start)
        }
        if start < range.upperBound { sections.append(.text(start..<range.upperBound)) }
        return sections
    }

    private func match(_ scalars: ArraySlice<Unicode.Scalar>, at position: Int) -> Pattern? {
        guard firstScalars.contains(scalars[position]) else { return nil }
        return patterns.first { scalars[position...].starts(with: $0.scalars) }
    }

    private func adjoinsWord(_ scalars: ArraySlice<Unicode.Scalar>, _ matched: Range<Int>) -> Bool {
        (matched.lowerBound > scalars.startIndex && scalars[matched.lowerBound - 1].isWordCharacter)
            || (matched.upperBound < scalars.endIndex && scalars[matched.upperBound].isWordCharacter)
    }

    private func whiteSpaceStart(_ text: AlignedText, from start: Int, to end: Int) -> Int {
        text.scalars[start..<end].lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? start
    }

    private func whiteSpaceEnd(_ text: AlignedText, from start: Int, to end: Int) -> Int {
        text.scalars[start..<end].firstIndex { !$0.properties.isWhitespace } ?? end
    }
}

extension Unicode.Scalar {
    /// A word character in the sense of Unicode Technical Standard #18, annex C.
    fileprivate var isWordCharacter: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        default: properties.isAlphabetic || properties.isJoinControl
        }
    }
}
