import SystemPackage
import TestFixtures
import Testing

@testable import Tokenizers

struct CLIPTokenizerErrorTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        let file: String
        /// New contents; nil deletes the file.
        let contents: String?
        let message: String
        var testDescription: String { message }
    }

    static let damages = [
        Damage(file: "vocab.json", contents: nil, message: "no vocabulary found; expected vocab.json with merges.txt or tokenizer.json"),
        Damage(file: "merges.txt", contents: nil, message: "merges.txt: cannot be read: No such file or directory"),
        Damage(file: "vocab.json", contents: "", message: "vocab.json: malformed JSON at byte 0: expected '{'"),
        Damage(file: "vocab.json", contents: #"{"a": 0,"#, message: "vocab.json: malformed JSON at byte 8: expected a string"),
        Damage(file: "vocab.json", contents: #"{"a": 0, "b": 1.5}"#, message: "expected an integer"),
        Damage(file: "vocab.json", contents: #"{"a": 0} x"#, message: "expected the end of the file"),
        Damage(file: "vocab.json", contents: "{\"a\": 0, \"b\": 1000000000}", message: #"token "b" has the id 1000000000"#),
        Damage(file: "vocab.json", contents: #"{"a": -1}"#, message: #"token "a" has the id -1; expected a free id in 0 ..< 1"#),
        Damage(file: "vocab.json", contents: #"{"a": 0, "b": 0}"#, message: #"token "b" has the id 0; expected a free id in 0 ..< 2"#),
        Damage(
            file: "vocab.json", contents: #"{"a": 0, "\u0061": 1}"#,
            message: #"vocab.json: malformed JSON at byte 9: expected each key once, found "a" again"#),
        Damage(file: "vocab.json", contents: #"{"\ud800": 0}"#, message: "expected a Unicode scalar"),
        Damage(file: "merges.txt", contents: "#version: 0.2\na b c\n", message: #"merges.txt: line 2 is "a b c"; expected two symbols"#),
        Damage(file: "merges.txt", contents: "t h\n\n", message: #"merges.txt: line 2 is """#),
        Damage(file: "merges.txt", contents: "t zzz\n", message: #"merges.txt: merge 1 uses "zzz", which is not in the vocabulary"#),
        Damage(file: "merges.txt", contents: "q q\n", message: #"merges.txt: merge 1 uses "qq", which is not in the vocabulary"#),
        Damage(file: "tokenizer_config.json", contents: nil, message: "model_max_length is missing; expected a number of tokens"),
        Damage(file: "tokenizer_config.json", contents: #"{"model_max_length": 1e30}"#, message: "model_max_length is 1e+30"),
        Damage(file: "tokenizer_config.json", contents: "[]", message: "tokenizer_config.json: the file is a list; expected a JSON object"),
        Damage(
            file: "tokenizer_config.json", contents: #"{"model_max_length": 77, "bos_token": "<none>"}"#,
            message: #"the bos_token token "<none>" is not in the vocabulary"#),
        Damage(
            file: "tokenizer_config.json", contents: #"{"model_max_length": 77, "eos_token": 5}"#,
            message: "eos_token is 5; expected a token: a string or an object with content"),
        Damage(
            file: "tokenizer_config.json",
            contents: #"{"model_max_length": 77, "added_tokens_decoder": {"7": {"content": "<|endoftext|>"}}}"#,
            message: #"token "<|endoftext|>" is declared with the id 7, but the vocabulary says 856"#),
        Damage(
            file: "tokenizer_config.json", contents: String(repeating: "[", count: 100_000),
            message: "expected at most 32 nested values"),
    ]

    @Test(arguments: damages) func `a damaged file is named in one line that says what is wrong`(_ damage: Damage) throws {
        var files = try GoldenTokens.files(CLIPTokenizerTests.demo, without: ["special_tokens_map.json", "tokenizer.json"])
        files[damage.file] = damage.contents.map { Array($0.utf8) }
        let folder = try TemporaryFolder(files)
        let error = #expect(throws: TokenizerError.self) { try CLIPTokenizer(folder: folder.path) }
        let message = try #require(error).description
        #expect(message.contains(damage.message))
        #expect(message.contains(folder.path.string))
        #expect(!message.contains("\n"))
    }

    @Test(arguments: [
        (#""</w>""#, "null", "model.end_of_word_suffix null is not supported; supported: \"</w>\""),
        (#""BPE""#, #""WordPiece""#, "model.type \"WordPiece\" is not supported; supported: \"BPE\""),
        (#"[["t","h"]"#, #"[["t"]"#, "expected two symbols"), (#"[["t","h"]"#, #"[["t","h","e"]"#, "expected two symbols only"),
        (#"[["t","h"]"#, #"[["t","zzz"]"#, "merge 1 uses \"zzz\", which is not in the vocabulary"),
        (#"[["t","h"]"#, #"["th"]"#, "line 1 is \"th\"; expected two symbols"),
        (#""model":"#, #""nothing":"#, "model is missing; expected a BPE model"),
        (#""model":"#, #""model":null,"model":"#, "expected '{'"),
        (#""model":"#, #""model":{},"model":"#, "model.type null is not supported"),
        (#""type":"BPE""#, #""type":"BPE","type":"BPE""#, "expected each key once, found \"type\" again"),
    ])
    func `a damaged tokenizer.json is refused in one line that says what is wrong`(damage: (String, String, String)) throws {
        let files = try GoldenTokens.files(CLIPTokenizerTests.demo, without: ["vocab.json", "merges.txt"])
        let json = String(decoding: try #require(files["tokenizer.json"]), as: UTF8.self).compactJSON
        let damaged = json.replacing(damage.0, with: damage.1, maxReplacements: 1)
        #expect(damaged != json)
        let folder = try TemporaryFolder(files)
        try folder.write(Array(damaged.utf8), "tokenizer.json")
        let error = #expect(throws: TokenizerError.self) { try CLIPTokenizer(folder: folder.path) }
        #expect(try #require(error).description.contains(damage.2))
    }

    @Test func `a file that is not UTF-8 is refused with the offset of its first bad byte`() throws {
        var files = try GoldenTokens.files(CLIPTokenizerTests.demo)
        files["merges.txt"]?.insert(0xFF, at: 20)
        let folder = try TemporaryFolder(files)
        #expect(throws: TokenizerError.notUTF8(file: folder.path.appending("merges.txt"), offset: 20)) {
            try CLIPTokenizer(folder: folder.path)
        }
    }

    @Test func `a folder in the place of a file, or a file in the place of the folder, is refused`() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("tokenizer_config.json")
        #expect(throws: TokenizerError.unreadable(file: folder.path.appending("tokenizer_config.json"), reason: .isDirectory)) {
            try CLIPTokenizer(folder: folder.path)
        }
        let file = CLIPTokenizerTests.demo.appending("vocab.json")
        #expect(throws: TokenizerError.unreadable(file: file.appending("tokenizer_config.json"), reason: .notDirectory)) {
            try CLIPTokenizer(folder: file)
        }
    }
}
