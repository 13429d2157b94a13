import SystemPackage
import TestFixtures
import Testing

@testable import Tokenizers

struct CLIPTokenizerTests {
    static let trained = GoldenTokens.folder.appending("clip")
    static let demo = GoldenTokens.demo.appending("tokenizer")

    @Test(arguments: [("clip", trained), ("clip-demo", demo)]) func `ids, length and cut text equal those of the published tokenizer`(
        name: String, folder: FilePath
    ) throws {
        let golden = try GoldenTokens(name)
        let tokenizer = try CLIPTokenizer(folder: folder)
        #expect(golden.cases.count > 500)
        for entry in golden.cases {
            let sequence = tokenizer.encode(entry.text)
            #expect(Array(sequence.ids.prefix(sequence.contentCount)) == entry.ids, "\(entry.text.debugDescription)")
            #expect(sequence.ids.dropFirst(sequence.contentCount).allSatisfy { $0 == golden.padding })
            #expect(sequence.ids.count == golden.length)
            #expect(sequence.truncatedText == entry.cut)
        }
    }

    @Test func `a folder with only tokenizer.json gives the same ids, whichever way it writes merges`() throws {
        let files = try GoldenTokens.files(Self.demo, without: ["vocab.json", "merges.txt", "special_tokens_map.json"])
        let json = String(decoding: try #require(files["tokenizer.json"]), as: UTF8.self).compactJSON
        let older = json.replacing(/\["([^" ]+)","([^" ]+)"\]/) { "\"\($0.1) \($0.2)\"" }
        #expect(older != json)
        for text in [json, older] {
            let folder = try TemporaryFolder(files)
            try folder.write(Array(text.utf8), "tokenizer.json")
            let tokenizer = try CLIPTokenizer(folder: folder.path)
            for entry in try GoldenTokens("clip-demo").cases {
                #expect(Array(tokenizer.encode(entry.text).ids.prefix(entry.ids.count)) == entry.ids)
            }
        }
    }

    @Test func `an empty prompt is the beginning, the end and padding`() throws {
        let sequence = try CLIPTokenizer(folder: Self.demo).encode("")
        #expect(sequence.ids == [855] + [Int32](repeating: 856, count: 76))
        #expect(sequence.contentCount == 2)
        #expect(sequence.truncatedText == nil)
    }

    @Test func `a word of 100,000 letters is cut within seconds`() throws {
        let text = String(repeating: "abcdefghij", count: 10_000)
        let tokenizer = try CLIPTokenizer(folder: Self.trained)
        let duration = ContinuousClock().measure { #expect(tokenizer.encode(text).truncatedText.map { text.hasSuffix($0) } == true) }
        #expect(duration < .seconds(5))
    }

    @Test func `special tokens are matched before or after normalisation, with their white space, as they declare`() throws {
        var files = try GoldenTokens.files(Self.demo)
        files["tokenizer_config.json"] = Array(
            """
            {"model_max_length": 12, "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
             "pad_token": "!", "added_tokens_decoder": {
               "855": {"content": "<|startoftext|>", "normalized": false}, "856": {"content": "<|endoftext|>", "normalized": true},
               "857": {"content": "<new>", "lstrip": true, "rstrip": true, "single_word": true}}}
            """.utf8)
        let folder = try TemporaryFolder(files)
        let tokenizer = try CLIPTokenizer(folder: folder.path)
        #expect(tokenizer.idCount == 858)
        #expect(tokenizer.encode("<|EndOfText|><|startoftext|>").ids.prefix(4) == [855, 856, 855, 856])
        #expect(!tokenizer.encode("<|StartOfText|>").ids.dropFirst().contains(855))
        // As the padding token, "!" is a special token too, so it is 0 and not 256, the letter at the end of a word.
        #expect(tokenizer.encode("! <new> !").ids == [855, 0, 857, 0, 856] + [Int32](repeating: 0, count: 7))
        #expect(!tokenizer.encode("a<new>").ids.contains(857))
    }

    @Test func `without declarations, special_tokens_map.json names the special tokens`() throws {
        var files = try GoldenTokens.files(Self.demo)
        files["tokenizer_config.json"] = Array(#"{"model_max_length": 77}"#.utf8)
        let folder = try TemporaryFolder(files)
        let sequence = try CLIPTokenizer(folder: folder.path).encode("<|STARTOFTEXT|> <|ENDOFTEXT|>")
        // The padding token is a bare string there and so withdraws the end token's match after normalisation.
        #expect(sequence.ids.prefix(2) == [855, 855])
        #expect(sequence.ids[2] != 856)
    }
}
