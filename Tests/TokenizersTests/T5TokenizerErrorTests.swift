import SystemPackage
import TestFixtures
import Testing

@testable import Tokenizers

struct T5TokenizerErrorTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        let pattern: String
        let replacement: String
        let message: String
        var testDescription: String { message }
    }

    static let damages = [
        Damage(pattern: #""type": "Unigram""#, replacement: #""type": "BPE""#, message: #"model.type "BPE" is not supported"#),
        Damage(pattern: #""unk_id": 2"#, replacement: #""unk_id": null"#, message: "model.unk_id is null; expected an id in 0 ..< 346"),
        Damage(pattern: #""unk_id": 2"#, replacement: #""unk_id": 346"#, message: "model.unk_id is 346; expected an id in 0 ..< 346"),
        Damage(pattern: #""byte_fallback": false"#, replacement: #""byte_fallback": true"#, message: "model.byte_fallback true is not"),
        Damage(
            pattern: #""normalizer": null"#, replacement: #""normalizer": {"type": "Lowercase"}"#, message: "normalizer Lowercase is not"),
        Damage(
            pattern: #""normalizer": null"#, replacement: #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "?"}"#,
            message: "damaged character map: not base64"),
        Damage(
            pattern: #""normalizer": null"#, replacement: #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#,
            message: "damaged character map: its trie is declared with 0 bytes"),
        Damage(pattern: "WhitespaceSplit", replacement: "Whitespace", message: "pre_tokenizer Whitespace is not supported"),
        Damage(
            pattern: #""prepend_scheme": "always""#, replacement: #""prepend_scheme": "never""#, message: "pre_tokenizer Metaspace is not"),
        Damage(pattern: "TemplateProcessing", replacement: "BertProcessing", message: "post_processor BertProcessing is not supported"),
        Damage(pattern: "-2.098985433578491", replacement: "1e999", message: "expected a number within the range of a double"),
        Damage(pattern: "-2.098985433578491", replacement: "-", message: "expected a number"),
        Damage(
            pattern: #""id": 1,"#, replacement: #""id": 9,"#, message: #"token "</s>" is declared with the id 9, but the vocabulary says 1"#
        ),
        Damage(pattern: #""vocab""#, replacement: #""words""#, message: "model.unk_id is 2; expected an id in 0 ..< 0"),
    ]

    @Test(arguments: damages) func `a damaged tokenizer.json is refused in one line that says what is wrong`(_ damage: Damage) throws {
        var files = try GoldenTokens.files(T5TokenizerTests.demo)
        let json = String(decoding: try #require(files["tokenizer.json"]), as: UTF8.self).compactJSON
        let damaged = json.replacing(damage.pattern.compactJSON, with: damage.replacement)
        #expect(damaged != json)
        files["tokenizer.json"] = Array(damaged.utf8)
        try expectRefusal(files, message: damage.message)
    }

    @Test func `a folder without vocabulary is refused`() throws {
        let files = try GoldenTokens.files(T5TokenizerTests.demo, without: ["tokenizer.json", "spiece.model"])
        try expectRefusal(files, message: "no vocabulary found; expected tokenizer.json or spiece.model")
    }

    @Test func `a truncated spiece.model is refused at every length`() throws {
        let files = try GoldenTokens.files(T5TokenizerTests.demo, without: ["tokenizer.json"])
        let model = try #require(files["spiece.model"])
        let folder = try TemporaryFolder(files)
        var accepted = 0
        for count in stride(from: 0, to: model.count, by: 37) {
            try folder.write(Array(model[..<count]), "spiece.model")
            do throws(TokenizerError) {
                // Cut between two pieces, the rest is a shorter vocabulary, which only the weights' shape can contradict.
                _ = try T5Tokenizer(folder: folder.path)
                accepted += 1
            } catch {
                #expect(error.description.contains("spiece.model"))
            }
        }
        #expect(accepted < 10)
    }

    @Test func `a spiece.model without an unknown token is refused`() throws {
        let files: [String: [UInt8]] = ["spiece.model": [0x0A, 0x08, 0x0A, 0x01, 0x61, 0x15, 0, 0, 0, 0xC0]]
        try expectRefusal(files, message: "not a usable sentencepiece model: \"unk is not defined.\"")
    }

    @Test func `a spiece.model of another kind than unigram is refused`() throws {
        try expectRefusal(["spiece.model": [0x12, 0x02, 0x18, 0x02]], message: "model_type 2 is not supported; supported: 1 (unigram)")
    }

    @Test func `a spiece.model with an infinite score is refused`() throws {
        let unknown: [UInt8] = [0x0A, 0x07, 0x0A, 0x03, 0x3C, 0x75, 0x3E, 0x18, 0x02]
        let infinite: [UInt8] = [0x0A, 0x08, 0x0A, 0x01, 0x61, 0x15, 0, 0, 0x80, 0x7F]
        try expectRefusal(["spiece.model": unknown + infinite], message: #"the score of token "a" is not a finite number"#)
    }

    @Test func `a vocabulary without the end token is refused`() throws {
        let unknown: [UInt8] = [0x0A, 0x07, 0x0A, 0x03, 0x3C, 0x75, 0x3E, 0x18, 0x02]
        let letter: [UInt8] = [0x0A, 0x03, 0x0A, 0x01, 0x61]
        try expectRefusal(["spiece.model": unknown + letter], message: #"the eos_token token "</s>" is not in the vocabulary"#)
    }

    private func expectRefusal(_ files: [String: [UInt8]], message: String) throws {
        let folder = try TemporaryFolder(files)
        let error = #expect(throws: TokenizerError.self) { try T5Tokenizer(folder: folder.path) }
        let description = try #require(error).description
        #expect(description.contains(message))
        #expect(description.contains(folder.path.string))
        #expect(!description.contains("\n"))
    }
}
