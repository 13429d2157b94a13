import FoundationEssentials
import StrictJSON
import TestFixtures
import Testing

struct JSONReaderTests {
    private func read(_ text: String) throws(JSONFault) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    private func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map(JSONValue.Member.init))
    }

    private func fault(_ text: String) -> JSONFault? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return error
        }
    }

    @Test func `values of every kind are read`() throws {
        #expect(
            try read(#" { "a" : [ 1 , -2.5e+1 , true , false , null , {} , [] ] , "é\n\u00e9\ud83d\ude00\/" : "x\"\\\b\f\r\t" } "#)
                == object([
                    "a": .array([.integer(1), .number(-25), .bool(true), .bool(false), .null, .object([]), .array([])]),
                    "é\né😀/": .string("x\"\\\u{8}\u{c}\r\t"),
                ]))
    }

    @Test(arguments: [
        "", "{", "[", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "tru", "nul", "falsey", "01", "-",
        "1.", ".5", "1e", "+1", "0x1", "NaN", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
        "\"\n\"", "1 1", "[1}", "{\"a\":1]", "\u{FEFF}1", "\u{0}", "1e999",
    ]) func `text that is not JSON is refused`(text: String) {
        #expect(throws: JSONFault.self) { try read(text) }
    }

    @Test func `bytes that are not UTF-8 are refused, also outside strings and as halves of a surrogate pair`() {
        for (bytes, offset): ([UInt8], Int) in [([0x22, 0x61, 0xFF, 0x22], 2), ([0x31, 0xC3], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1)] {
            #expect(throws: JSONFault(.notUTF8, offset: offset)) { try JSONValue(parsing: bytes) }
        }
    }

    @Test func `only numbers written as integers that fit are integers`() throws {
        #expect(
            try read("[0,-1,9223372036854775807,-9223372036854775808,-0,1.0,1e0,9223372036854775808,1e308]")
                == .array([
                    .integer(0), .integer(-1), .integer(.max), .integer(.min), .number(-0.0), .number(1), .number(1), .number(0x1p63),
                    .number(1e308),
                ]))
    }

    @Test func `members keep their order, and a key that occurs twice is refused at every level however it is written`() throws {
        #expect(try read(#"{"b":1,"a":2}"#) == object(["b": .integer(1), "a": .integer(2)]))
        #expect(fault(#"{"a":1, "\u0061":1}"#) == JSONFault(.duplicateKey("a"), offset: 8))
        #expect(fault(#"[{"x":{"k":1,"k":2}}]"#) == JSONFault(.duplicateKey("k"), offset: 13))
        #expect(try read(#"{"a":{"a":{}},"b":{"a":1}}"#) != .null)
        #expect(fault(#"{"\n":1,"\n":1}"#)?.description == #"malformed JSON at byte 8: expected each key once, found "\n" again"#)
    }

    @Test func `keys that are only canonically equivalent differ`() throws {
        #expect(try read("{\"\u{E9}\":1,\"e\u{301}\":2}").members?.count == 2)
    }

    @Test(arguments: [("[", "]"), ("{\"a\":", "}")]) func `nesting is bounded`(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth - 1) + "[]" + String(repeating: close, count: depth - 1)
        }
        #expect(fault(nested(32)) == nil)
        #expect(fault(nested(33)) == JSONFault(.tooDeep(limit: 32), offset: 32 * open.utf8.count))
        #expect(fault(String(repeating: open, count: 100_000)) == JSONFault(.tooDeep(limit: 32), offset: 32 * open.utf8.count))
        // Depth, not the number of containers.
        #expect(fault("[" + String(repeating: "[],", count: 100) + "{}]") == nil)
    }

    @Test(arguments: [
        ("[1 2]", JSONFault(.expected("',' or ']'"), offset: 3)), ("[1,]", JSONFault(.expected("another value after ','"), offset: 3)),
        (#"{"a" 1}"#, JSONFault(.expected("':'"), offset: 5)), ("{} x", JSONFault(.expected("the end of the file"), offset: 3)),
        ("\"a\tb\"", JSONFault(.expected("no control character in a string"), offset: 2)),
        ("", JSONFault(.expected("a number"), offset: 0)),
    ])
    func `a fault says where and what would be right`(text: String, expected: JSONFault) {
        #expect(fault(text) == expected)
    }

    @Test func `a reader throws its caller's kind of error and pulls values into place`() throws {
        struct Refusal: Error, Equatable { let fault: JSONFault }
        var reader = try JSONReader(Array(#" {"a": [1, 2.5, "x"], "b": 1e2} "#.utf8), failure: Refusal.init)
        var key: [UInt8] = []
        try reader.openObject()
        #expect(try reader.nextKey(into: &key))
        #expect(key == Array("a".utf8))
        try reader.openArray()
        #expect(try reader.nextElement())
        #expect(try reader.readInteger() == 1)
        #expect(try reader.nextElement())
        #expect(try reader.readDouble() == 2.5)
        #expect(try reader.nextElement())
        try reader.readString(into: &key)
        #expect(key == Array("x".utf8))
        #expect(try !reader.nextElement())
        #expect(try reader.nextKey(into: &key))
        #expect(throws: Refusal(fault: JSONFault(.expected("an integer"), offset: 26))) { try reader.readInteger() }
        #expect(try reader.readDouble() == 100)
        #expect(try !reader.nextKey(into: &key))
        try reader.expectEnd()
    }

    @Test func `mutated documents are accepted exactly when Foundation's decoder accepts them and no key occurs twice`() throws {
        let document = Array(#"{"a":[1,-2.5e+1,true,null,{"b":"\u00e9\ud83d\ude00 é"}],"c":{"d":[[],{}]}}"#.utf8)
        let fragments = ["{", "}", "[", "]", ":", ",", "\"", "\\", "\\u00", "1", "-", ".", "e", " ", "tru"]
        var mutator = Mutator.fromEnvironment()
        var accepted = 0
        for round in Mutator.rounds(1000) {
            let damaged = mutator.mutated(document, fragments: fragments)
            // Foundation's decoder takes a byte order mark and a comma behind the last value, and guesses UTF-16 from zero bytes.
            let hasLastComma = String(decoding: damaged, as: UTF8.self).contains(/,\s*[\]}]/)
            if hasLastComma || damaged.contains(0) || damaged.starts(with: [0xEF, 0xBB, 0xBF]) { continue }
            let expected = (try? JSONDecoder().decode(AnyJSON.self, from: Data(damaged))) != nil
            var isRead = false
            do throws(JSONFault) {
                _ = try JSONValue(parsing: damaged)
                isRead = true
            } catch {
                let isOneLine = (0...damaged.count).contains(error.offset) && !error.description.contains("\n")
                #expect(isOneLine, "seed \(mutator.seed), round \(round): \(error)")
                if case .duplicateKey = error.kind { continue }
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
