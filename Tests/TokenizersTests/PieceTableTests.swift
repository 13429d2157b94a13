import TestFixtures
import Testing

@testable import Tokenizers

struct PieceTableTests {
    @Test func `a table that has grown finds what a dictionary finds`() {
        var generator = Mutator.fromEnvironment()
        var table = PieceTable()
        var dictionary: [[UInt8]: Int32] = [:]
        for value in 0..<Int32(5000) {
            let text = (0..<Int.random(in: 0..<5, using: &generator)).map { _ in UInt8.random(in: 97..<104, using: &generator) }
            #expect(table.insert(text[...], value: value) == dictionary.updateValue(value, forKey: text))
        }
        #expect(table.count == dictionary.count)
        #expect(table.longestByteCount == 4)
        for (text, value) in dictionary { #expect(table[text[...]] == value) }
        #expect(table[[97, 97, 97, 97, 97]] == nil)
        #expect(Dictionary(uniqueKeysWithValues: table.entries.map { (Array($0.text), $0.value) }) == dictionary)
    }
}
