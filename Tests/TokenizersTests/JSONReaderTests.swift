import FoundationEssentials
import SystemPackage
import TestFixtures
import Testing

@testable import Tokenizers

struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONValue {
        let folder = try TemporaryFolder(["a.json": Array(text.utf8)])
        var reader = try JSONReader(try TokenizerFile(path: folder.path.appending("a.json")))
        let value = try reader.readValue()
        try reader.expectEnd()
        return value
    }

    @Test func `values of every kind are read`() throws {
        #expect(
            try read(#" { "a" : [ 1 , -2.5e+1 , true , false , null , {} , [] ] , "é\n\u00e9\ud83d\ude00\/" : "x\"\\\b\f\r\t" } "#)
                == .object([
                    "a": .array([.number(1), .number(-25), .bool(true), .bool(false), .null, .object([:]), .array([])]),
                    "é\né😀/": .string("x\"\\\u{8}\u{c}\r\t"),
                ]))
    }

    @Test(arguments: [
        "", "{", "[", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "tru", "nul", "falsey", "01", "-",
        "1.", ".5", "1e", "+1", "0x1", "NaN", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
        "\"\n\"", "1 1", "[1}", "{\"a\":1]", "\u{FEFF}1", "\u{0}", "1e999",
    ]) func `text that is not JSON is refused`(text: String) {
        #expect(throws: TokenizerError.self) { try read(text) }
    }

    @Test func `mutated documents are accepted exactly when Foundation's decoder accepts them`() throws {
        let document = Array(#"{"a":[1,-2.5e+1,true,null,{"b":"\u00e9\ud83d\ude00 é"}],"c":{"d":[[],{}]}}"#.utf8)
        let fragments = ["{", "}", "[", "]", ":", ",", "\"", "\\", "\\u00", "1", "-", ".", "e", " ", "tru"]
        var mutator = Mutator.fromEnvironment()
        let folder = try TemporaryFolder([:])
        var accepted = 0
        for round in Mutator.rounds(1000) {
            let damaged = mutator.mutated(document, fragments: fragments)
            // Foundation's decoder takes a byte order mark and a comma behind the last value, and guesses UTF-16 from zero bytes.
            let hasLastComma = String(decoding: damaged, as: UTF8.self).contains(/,\s*[\]}]/)
            if hasLastComma || damaged.contains(0) || damaged.starts(with: [0xEF, 0xBB, 0xBF]) { continue }
            try folder.write(damaged, "a.json")
            let expected = (try? JSONDecoder().decode(AnyJSON.self, from: Data(damaged))) != nil
            var isRead = false
            if var reader = try? JSONReader(try TokenizerFile(path: folder.path.appending("a.json"))), (try? reader.readValue()) != nil {
                isRead = (try? reader.expectEnd()) != nil
            }
            #expect(isRead == expected, "seed \(mutator.seed), round \(round): \(String(decoding: damaged, as: UTF8.self))")
            if isRead { accepted += 1 }
        }
        #expect(accepted > 30)
    }

    /// Any JSON value, read to its end.
    private struct AnyJSON: Decodable {
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            if let object = try? decoder.container(keyedBy: Key.self) {
                for key in object.allKeys { _ = try object.decode(AnyJSON.self, forKey: key) }
            } else if var array = try? decoder.unkeyedContainer() {
                while !array.isAtEnd { _ = try array.decode(AnyJSON.self) }
            } else {
                let value = try decoder.singleValueContainer()
                if value.decodeNil() || (try? value.decode(Bool.self)) != nil || (try? value.decode(String.self)) != nil { return }
                _ = try value.decode(Double.self)
            }
        }
    }
}
