/// The precompiled character map of sentencepiece: texts and their replacements in a double-array trie.
///
/// Layout: u32 (all little endian) byte count of the trie; the trie, u32 units; replacements, UTF-8, each ended by NUL
/// (sentencepiece, `normalizer.cc`; unit layout: Darts-clone, `darts.h`).
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// Checks every unit, so that a walk can neither leave the trie nor the replacements.
    ///
    /// - Throws: `CharacterMapProblem`.
    init(_ blob: [UInt8]) throws(CharacterMapProblem) {
        func word(at offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(blob[offset + $1]) << UInt32(8 * $1) }
        }
        let declared = blob.count < 4 ? 0 : Int(word(at: 0))
        guard declared > 0, declared % 4 == 0, declared <= blob.count - 4 else {
            throw .trieSize(declared: declared, available: max(0, blob.count - 4))
        }
        units = (1...declared / 4).map { word(at: 4 * $0) }
        replacements = Array(blob[(4 + declared)...])
        try validate()
    }

    private func validate() throws(CharacterMapProblem) {
        do {
            _ = try UTF8Span(validating: replacements.span)
        } catch {
            throw .replacementsNotUTF8(offset: error.byteOffsets.lowerBound)
        }
        let end = replacements.lastIndex(of: 0) ?? -1
        for (index, unit) in units.enumerated() {
            if unit.isValue {
                let offset = unit.value
                guard offset <= end, replacements[offset] & 0xC0 != 0x80 else {
                    throw .replacementOutOfBounds(unit: index, offset: offset, available: replacements.count)
                }
            } else {
                let base = index ^ unit.offset
                guard base | 0xFF < units.count, !unit.hasValue || units[base].isValue else {
                    throw .unitOutOfBounds(unit: index, unitCount: units.count)
                }
            }
        }
    }

    /// The replacement of the shortest mapped text that `key` begins with; nil if there is none.
    func replacement(ofPrefixOf key: some Sequence<UInt8>) -> String? {
        var node = units[0].offset
        for byte in key {
            guard byte != 0 else { return nil }
            node ^= Int(byte)
            let unit = units[node]
            guard unit.label == UInt32(byte) else { return nil }
            node ^= unit.offset
            if unit.hasValue { return text(at: units[node].value) }
        }
        return nil
    }

    private func text(at offset: Int) -> String {
        String(decoding: replacements[offset...].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Longest grapheme cluster, in UTF-8 bytes, that is looked up as a whole.
    private static let clusterLimit = 5

    /// Replaces a short grapheme cluster as a whole if the map has a text that it begins with, otherwise each scalar for itself.
    ///
    /// This is the rule of the published fast tokenizer, which differs from sentencepiece's longest match.
    func normalized(_ text: AlignedText, in range: Range<Int>) -> AlignedText {
        var result = AlignedText()
        for cluster in text.graphemeClusters(in: range) {
            let origin = text.origins[cluster.lowerBound]
            let whole = text.string(in: cluster).utf8
            if whole.count <= Self.clusterLimit, let replacement = replacement(ofPrefixOf: whole) {
                for scalar in replacement.unicodeScalars { result.append(scalar, origin: origin) }
                continue
            }
            for position in cluster {
                let scalar = text.scalars[position]
                let replacement = replacement(ofPrefixOf: String(scalar).utf8) ?? String(scalar)
                for scalar in replacement.unicodeScalars { result.append(scalar, origin: text.origins[position]) }
            }
        }
        return result
    }
}

/// One unit of the double array: a node, or the value of the node that points to it.
extension UInt32 {
    fileprivate var isValue: Bool { self & 0x8000_0000 != 0 }
    fileprivate var value: Int { Int(self & 0x7FFF_FFFF) }
    fileprivate var hasValue: Bool { self & 0x100 != 0 }
    fileprivate var label: UInt32 { self & 0x8000_00FF }
    fileprivate var offset: Int { Int((self >> 10) << ((self & 0x200) >> 6)) }
}
