import Testing

@testable import Tokenizers

struct CharacterMapTests {
    /// A trie of 512 units that maps "a" to "x" and "b" to nothing; its root's children begin at unit 0x100.
    private static func blob(edit: (inout [UInt32]) -> Void = { _ in }, replacements: String = "x\0\0") -> [UInt8] {
        var units = [UInt32](repeating: 0, count: 512)
        units[0] = 0x100 << 10
        units[0x161] = 0x61 | 0x100 | (0x161 ^ 0x1F0) << 10
        units[0x1F0] = 0x8000_0000
        units[0x162] = 0x62 | 0x100 | (0x162 ^ 0x1F1) << 10
        units[0x1F1] = 0x8000_0002
        edit(&units)
        return words([UInt32(units.count * 4)] + units) + Array(replacements.utf8)
    }

    private static func words(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    @Test func `a mapped character is replaced, another one kept, and one mapped to nothing dropped`() throws {
        let map = try CharacterMap(Self.blob())
        let text = AlignedText("cab-a")
        let normalized = map.normalized(text, in: 0..<text.count)
        #expect(normalized.string(in: 0..<normalized.count) == "cx-x")
        #expect(normalized.origins == [0, 1, 3, 4])
    }

    @Test func `a cluster of up to 5 bytes is replaced as a whole, a longer one scalar by scalar`() throws {
        let map = try CharacterMap(Self.blob())
        let text = AlignedText("a\u{301}a\u{301}\u{302}\u{303}")
        let normalized = map.normalized(text, in: 0..<text.count)
        #expect(normalized.string(in: 0..<normalized.count).unicodeScalars.elementsEqual("xx\u{301}\u{302}\u{303}".unicodeScalars))
    }

    @Test func `a trie that does not fit its blob is refused`() {
        for blob in [[], [1, 2], Self.words([0]), Self.words([5, 0, 0]), Self.words([8, 0]), Self.words([.max, 0])] {
            let error = #expect(throws: CharacterMapProblem.self) { try CharacterMap(blob) }
            guard case .trieSize? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test func `a unit that points outside the trie is refused`() {
        #expect(throws: CharacterMapProblem.unitOutOfBounds(unit: 0x161, unitCount: 512)) {
            try CharacterMap(Self.blob { $0[0x161] = 0x61 | 0x1000 << 10 })
        }
        #expect(throws: CharacterMapProblem.unitOutOfBounds(unit: 0x161, unitCount: 512)) {
            try CharacterMap(Self.blob { $0[0x1F0] = 0 })
        }
    }

    @Test func `a replacement outside the texts, or inside a character, is refused`() {
        #expect(throws: CharacterMapProblem.replacementOutOfBounds(unit: 0x1F1, offset: 9, available: 3)) {
            try CharacterMap(Self.blob { $0[0x1F1] = 0x8000_0009 })
        }
        #expect(throws: CharacterMapProblem.replacementOutOfBounds(unit: 0x1F1, offset: 2, available: 4)) {
            try CharacterMap(Self.blob(replacements: "xé\0"))
        }
        #expect(throws: CharacterMapProblem.replacementOutOfBounds(unit: 0x1F0, offset: 0, available: 3)) {
            try CharacterMap(Self.blob(replacements: "xyz"))
        }
    }

    @Test func `replacements that are not UTF-8 are refused`() {
        #expect(throws: CharacterMapProblem.replacementsNotUTF8(offset: 3)) { try CharacterMap(Self.blob() + [0xFF]) }
    }
}
