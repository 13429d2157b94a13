import SystemPackage
import TestFixtures
import Testing

@testable import Tokenizers

struct T5TokenizerTests {
    static let trained = GoldenTokens.folder.appending("t5")
    static let demo = GoldenTokens.demo.appending("tokenizer_2")

    @Test(arguments: [("t5", trained), ("t5-demo", demo)], ["", "tokenizer.json", "spiece.model"])
    func `ids, length and cut text equal those of the published tokenizer from either vocabulary file`(
        golden: (name: String, folder: FilePath), without dropped: String
    ) throws {
        let folder = try TemporaryFolder(try GoldenTokens.files(golden.folder, without: [dropped]))
        let tokenizer = try T5Tokenizer(folder: folder.path)
        let tokens = try GoldenTokens(golden.name)
        #expect(tokens.cases.count > 500)
        for entry in tokens.cases {
            let sequence = tokenizer.encode(entry.text, maximumLength: tokens.length)
            #expect(Array(sequence.ids.prefix(sequence.contentCount)) == entry.ids, "\(entry.text.debugDescription)")
            #expect(sequence.ids.dropFirst(sequence.contentCount).allSatisfy { $0 == tokens.padding })
            #expect(sequence.ids.count == tokens.length)
            #expect(sequence.truncatedText == entry.cut)
        }
    }

    @Test func `an empty prompt is the end token and padding`() throws {
        let sequence = try T5Tokenizer(folder: Self.demo).encode("", maximumLength: 4)
        #expect(sequence == TokenSequence(ids: [1, 0, 0, 0], contentCount: 1, truncatedText: nil))
    }

    @Test func `a maximum length of 1 leaves only the end token and quotes the whole prompt`() throws {
        let sequence = try T5Tokenizer(folder: Self.trained).encode("a cat", maximumLength: 1)
        #expect(sequence == TokenSequence(ids: [1], contentCount: 1, truncatedText: "a cat"))
    }

    @Test func `a word of 100,000 letters is cut within seconds`() throws {
        let text = String(repeating: "abcdefghij", count: 10_000)
        let tokenizer = try T5Tokenizer(folder: Self.trained)
        let duration = ContinuousClock().measure {
            #expect(tokenizer.encode(text, maximumLength: 512).truncatedText.map { text.hasSuffix($0) } == true)
        }
        #expect(duration < .seconds(5))
    }

    @Test func `a tokenizer.json with the older steps gives the same ids`() throws {
        var files = try GoldenTokens.files(Self.trained)
        let json = String(decoding: try #require(files["tokenizer.json"]), as: UTF8.self)
        let map = try #require(json.firstMatch(of: /"precompiled_charsmap": "([^"]*)"/)).1
        let steps = """
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": "\(map)"},
              {"type": "Strip", "strip_left": false, "strip_right": true},
              {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]},
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true},
            "post_processor"
            """
        let older = json.replacing(/"normalizer"(?s:.*)"post_processor"/, with: steps)
        #expect(older != json)
        files["tokenizer.json"] = Array(older.utf8)
        let folder = try TemporaryFolder(files)
        let tokenizer = try T5Tokenizer(folder: folder.path)
        for entry in try GoldenTokens("t5").cases {
            #expect(Array(tokenizer.encode(entry.text, maximumLength: 48).ids.prefix(entry.ids.count)) == entry.ids)
        }
    }

    @Test func `a special token swallows white space where it declares so`() throws {
        var files = try GoldenTokens.files(Self.trained)
        files["tokenizer_config.json"] = Array(
            #"{"added_tokens_decoder": {"1": {"content": "</s>", "normalized": true}, "14": {"content": "▁", "rstrip": true}}}"#.utf8)
        let folder = try TemporaryFolder(files)
        let tokenizer = try T5Tokenizer(folder: folder.path)
        #expect(tokenizer.encode("＜/s＞▁  ", maximumLength: 6).ids == [1, 14, 1, 0, 0, 0])
    }

    @Test func `of equal pieces the last one counts, and new special tokens get ids behind all pieces`() throws {
        let json = #"""
            {"model": {"type": "Unigram", "unk_id": 2, "vocab": [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["▁a", -1], ["▁a", -2]]},
             "normalizer": null, "post_processor": null,
             "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}}
            """#
        let folder = try TemporaryFolder(["tokenizer.json": Array(json.utf8), "tokenizer_config.json": Array(#"{"extra_ids": 1}"#.utf8)])
        let tokenizer = try T5Tokenizer(folder: folder.path)
        #expect(tokenizer.idCount == 6)
        #expect(tokenizer.encode("a <extra_id_0> b", maximumLength: 6).ids == [4, 5, 2, 1, 0, 0])
    }
}
