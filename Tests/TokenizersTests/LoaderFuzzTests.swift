import SystemPackage
import TestFixtures
import Testing

@testable import Tokenizers

/// Whatever a tokenizer folder holds, loading either gives one error or a tokenizer that encodes; it never traps.
struct LoaderFuzzTests {
    private static let fragments = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud83d", "\\ud83d\\ude00", "é", "null", "true", "1e9", "-1", "0", "1e999",
        "9223372036854775808", "4294967296", " ", "\n", "\r\n", "</w>", "Ġ", "▁", "\"normalizer\":{\"type\":\"Precompiled\"}",
        "\"extra_ids\":3", "\"id\":", "\"content\":\"\"", "\"lstrip\":true", "\"normalized\":true", "\"single_word\":true",
        // Fields of a sentencepiece model: lengths, kinds of pieces and models, a character map, a self-test.
        "\0", "\u{A}\0", "\u{A}\u{7F}", "\u{12}\u{2}\u{18}\u{2}", "\u{15}\0\0\0\0", "\u{18}\u{4}", "\u{18}\u{6}",
        "\u{1A}\u{4}\u{12}\u{2}\0\0",
        "\u{22}\u{4}\u{A}\u{2}\u{A}\0",
    ]

    private static let texts = [
        "", "a photo of the cat, don't <|EndOfText|> </s>▁▁ <extra_id_0>", "Ünïcödé e\u{301}\u{1100}\u{1161} 😀½ﬁ 日本語\u{0}\u{200B}",
        String(repeating: "water ", count: 40),
    ]

    @Test(arguments: ["vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "tokenizer.json"])
    func `a damaged file of a CLIP folder is refused or gives ids in range`(file: String) throws {
        var files = try GoldenTokens.files(CLIPTokenizerTests.demo)
        if file == "tokenizer.json" { files["vocab.json"] = nil }
        // The map counts only where the settings declare no tokens.
        if file == "special_tokens_map.json" { files["tokenizer_config.json"] = Array(#"{"model_max_length": 20}"#.utf8) }
        try fuzz(file, in: files, rounds: Mutator.rounds(150)) { folder throws(TokenizerError) in
            let tokenizer = try CLIPTokenizer(folder: folder)
            return { (tokenizer.encode($0), tokenizer.maximumLength, tokenizer.idCount) }
        }
    }

    @Test(arguments: [("tokenizer.json", "spiece.model"), ("spiece.model", "tokenizer.json"), ("tokenizer_config.json", "spiece.model")])
    func `a damaged file of a T5 folder is refused or gives ids in range`(file: String, without dropped: String) throws {
        for folder in [T5TokenizerTests.demo, T5TokenizerTests.trained] {
            let files = try GoldenTokens.files(folder, without: [dropped])
            try fuzz(file, in: files, rounds: Mutator.rounds(folder == T5TokenizerTests.demo ? 150 : 30)) { folder throws(TokenizerError) in
                let tokenizer = try T5Tokenizer(folder: folder)
                return { (tokenizer.encode($0, maximumLength: 16), 16, tokenizer.idCount) }
            }
        }
    }

    @Test func `a damaged character map is refused or replaces text by text`() throws {
        let file = try TokenizerFile(path: T5TokenizerTests.trained.appending("spiece.model"))
        let blob = Array(file.bytes[try #require(try SentencePieceLayout(file).characterMap)])
        var mutator = Mutator.fromEnvironment()
        let text = AlignedText(Self.texts.joined())
        for round in Mutator.rounds(60) {
            let damaged = mutator.mutated(near: blob, fragments: Self.fragments)
            guard let map = try? CharacterMap(damaged) else { continue }
            #expect(map.normalized(text, in: 0..<text.count).origins.allSatisfy { $0 >= 0 }, "seed \(mutator.seed), round \(round)")
        }
    }

    private typealias Encoder = (String) -> (sequence: TokenSequence, length: Int, idCount: Int)

    private func fuzz(
        _ file: String, in files: [String: [UInt8]], rounds: Range<Int>, load: (FilePath) throws(TokenizerError) -> Encoder
    ) throws {
        let original = try #require(files[file])
        let folder = try TemporaryFolder(files)
        var mutator = Mutator.fromEnvironment()
        var refused = 0
        for round in rounds {
            try folder.write(mutator.mutated(near: original, fragments: Self.fragments), file)
            do throws(TokenizerError) {
                let encode = try load(folder.path)
                for text in Self.texts {
                    let (sequence, length, idCount) = encode(text)
                    #expect(sequence.ids.count == length, "\(file), seed \(mutator.seed), round \(round)")
                    #expect(sequence.ids.allSatisfy { (0..<idCount).contains(Int($0)) }, "\(file), seed \(mutator.seed), round \(round)")
                }
            } catch {
                refused += 1
                #expect(!error.description.contains("\n"), "\(file), seed \(mutator.seed), round \(round): \(error)")
            }
        }
        #expect(refused > 0)
    }
}

extension Mutator {
    /// Edits the first bytes, the whole or what is left of a cut file alike often: a header decides more than the thousandth entry.
    fileprivate mutating func mutated(near bytes: [UInt8], fragments: [String]) -> [UInt8] {
        let head = min(bytes.count, 400)
        switch Int.random(in: 0..<3, using: &self) {
        case 0: return mutated(Array(bytes[..<head]), fragments: fragments) + bytes[head...]
        case 1: return mutated(bytes, fragments: fragments)
        default: return mutated(Array(bytes[..<Int.random(in: 0...bytes.count, using: &self)]), fragments: fragments)
        }
    }
}
