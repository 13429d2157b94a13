import StrictJSON
import Testing

@testable import Weights

struct SafetensorsHeaderTests {
    private func header(_ file: [UInt8]) throws(SafetensorsFaults) -> SafetensorsHeader {
        try SafetensorsHeader(fileByteCount: file.count) { Array(file[$0]) }
    }

    private func faults(_ file: [UInt8]) -> [SafetensorsFault] {
        do {
            _ = try header(file)
            return []
        } catch {
            return error.faults
        }
    }

    private func faults(_ json: String, dataByteCount: Int = 0) -> [SafetensorsFault] {
        faults(SafetensorsBytes.file(header: json, data: Array(repeating: 0, count: dataByteCount)))
    }

    @Test func `a header gives every tensor's type, shape and bytes`() throws {
        let json = #"""
            {"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]},
            "a\u00e9\ud83d\ude00":{"data_offsets":[0,4],"shape":[],"dtype":"F32"},"empty":{"dtype":"I64","shape":[5,0],"data_offsets":[4,4]}}
            """#
        let start = 8 + json.utf8.count
        let entries = try header(SafetensorsBytes.file(header: json, data: Array(repeating: 0, count: 16))).entries
        #expect(
            entries == [
                .init(name: "b", type: .bf16, shape: [2, 3], bytes: start + 4..<start + 16),
                .init(name: "aé😀", type: .f32, shape: [], bytes: start..<start + 4),
                .init(name: "empty", type: .i64, shape: [5, 0], bytes: start + 4..<start + 4),
            ])
    }

    @Test func `a file without tensors is a file`() throws {
        #expect(try header(SafetensorsBytes.file(header: "{}   ")).entries.isEmpty)
    }

    @Test func `lengths that the file does not have are refused before anything is read`() {
        #expect(faults([UInt8]()) == [.noHeader(fileByteCount: 0)])
        #expect(faults(Array(repeating: 0, count: 7)) == [.noHeader(fileByteCount: 7)])
        for stated: UInt64 in [3, 100_000_001, .max, 1 << 63] {
            let file = SafetensorsBytes.file(header: "{}", statedLength: stated)
            #expect(faults(file) == [.headerLength(stated: stated, available: 2, limit: 100_000_000)])
        }
        #expect(faults(SafetensorsBytes.file(header: "{}", statedLength: 0)) == [.notAnObject(firstByte: nil)])
    }

    @Test func `a header beyond the format's limit is refused however large the file`() {
        let error = #expect(throws: SafetensorsFaults.self) {
            try SafetensorsHeader(fileByteCount: 1 << 40) { range in
                range.count == 8 ? [1, 0xE1, 0xF5, 5, 0, 0, 0, 0] : []
            }
        }
        #expect(error?.faults == [.headerLength(stated: 100_000_001, available: (1 << 40) - 8, limit: 100_000_000)])
    }

    @Test(arguments: [" {}", "[]", "null", "\"a\"", "\u{FEFF}{}"])
    func `a header must start with an opening brace`(json: String) {
        #expect(faults(json) == [.notAnObject(firstByte: json.utf8.first)])
    }

    @Test func `duplicate keys are refused at every level`() {
        let entry = #"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#
        #expect(faults("{\"a\":\(entry),\"a\":\(entry)}") == [.json(JSONFault(.duplicateKey("a"), offset: 53))])
        #expect(faults("{\"a\":\(entry),\"\\u0061\":\(entry)}") == [.json(JSONFault(.duplicateKey("a"), offset: 53))])
        #expect(faults(#"{"a":{"dtype":"U8","dtype":"I8"}}"#) == [.json(JSONFault(.duplicateKey("dtype"), offset: 19))])
        #expect(faults(#"{"__metadata__":{"x":"1","x":"2"}}"#) == [.json(JSONFault(.duplicateKey("x"), offset: 25))])
    }

    @Test(arguments: [
        (#"{"shape":[1],"data_offsets":[0,1]}"#, SafetensorsFault.invalidField(tensor: "a", field: "dtype")),
        (#"{"dtype":7,"shape":[1],"data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "dtype")),
        (#"{"dtype":"F99","shape":[1],"data_offsets":[0,1]}"#, .unknownType(tensor: "a", found: "F99")),
        (#"{"dtype":"f32","shape":[1],"data_offsets":[0,1]}"#, .unknownType(tensor: "a", found: "f32")),
        (#"{"dtype":"U8","data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "shape")),
        (#"{"dtype":"U8","shape":1,"data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "shape")),
        (#"{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "shape")),
        (#"{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "shape")),
        (#"{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "shape")),
        (#"{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "shape")),
        (#"{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}"#, .invalidField(tensor: "a", field: "shape")),
        (#"{"dtype":"U8","shape":[1]}"#, .invalidField(tensor: "a", field: "data_offsets")),
        (#"{"dtype":"U8","shape":[1],"data_offsets":[0]}"#, .invalidField(tensor: "a", field: "data_offsets")),
        (#"{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}"#, .invalidField(tensor: "a", field: "data_offsets")),
        (#"{"dtype":"U8","shape":[1],"data_offsets":[-1,1]}"#, .invalidField(tensor: "a", field: "data_offsets")),
        (#"{"dtype":"U8","shape":[1],"data_offsets":[0,1],"scale":1}"#, .unknownField(tensor: "a", field: "scale")),
        (#"[]"#, .invalidField(tensor: "a", field: "dtype")),
        (#"{"dtype":"U8","shape":[1],"data_offsets":[1,0]}"#, .offsetsOutside(tensor: "a", begin: 1, end: 0, dataByteCount: 1)),
        (#"{"dtype":"U8","shape":[1],"data_offsets":[1,2]}"#, .offsetsOutside(tensor: "a", begin: 1, end: 2, dataByteCount: 1)),
        (
            #"{"dtype":"F16","shape":[1],"data_offsets":[0,1]}"#,
            .wrongByteCount(tensor: "a", type: .f16, shape: [1], expected: 2, found: 1)
        ),
        (#"{"dtype":"F4","shape":[1],"data_offsets":[0,1]}"#, .sizeOverflow(tensor: "a", type: .f4, shape: [1])),
        (
            #"{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,1]}"#,
            .sizeOverflow(tensor: "a", type: .u8, shape: [4_294_967_296, 4_294_967_296])
        ),
    ])
    func `an entry that lies is refused`(entry: String, fault: SafetensorsFault) {
        #expect(faults("{\"a\":\(entry)}", dataByteCount: 1) == [fault])
    }

    @Test func `numbers beyond 64 bits are refused`() {
        let json = #"{"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,0]}}"#
        #expect(faults(json) == [.invalidField(tensor: "a", field: "shape")])
    }

    @Test func `all lying entries are reported`() {
        let json = #"{"a":{"dtype":"X","shape":[],"data_offsets":[0,0]},"b":{},"__metadata__":{"k":1}}"#
        #expect(
            faults(json) == [
                .unknownType(tensor: "a", found: "X"), .invalidField(tensor: "b", field: "dtype"), .invalidMetadata(key: "k"),
            ])
    }

    @Test(arguments: [#"{"__metadata__":[]}"#, #"{"__metadata__":"x"}"#, #"{"__metadata__":null}"#])
    func `metadata must be a map`(json: String) {
        #expect(faults(json) == [.invalidMetadata(key: nil)])
    }

    @Test func `every byte of the data belongs to exactly one tensor`() {
        func json(_ ranges: [(Int, Int)]) -> String {
            let entries = ranges.enumerated().map { index, range in
                #""\#(index)":{"dtype":"U8","shape":[\#(range.1 - range.0)],"data_offsets":[\#(range.0),\#(range.1)]}"#
            }
            return "{\(entries.joined(separator: ","))}"
        }
        #expect(faults(json([(4, 8), (0, 4)]), dataByteCount: 8) == [])
        #expect(faults(json([(0, 3), (4, 8)]), dataByteCount: 8) == [.gap(beforeTensor: "1", byteCount: 1)])
        #expect(faults(json([(1, 8)]), dataByteCount: 8) == [.gap(beforeTensor: "0", byteCount: 1)])
        #expect(faults(json([(0, 5), (4, 8)]), dataByteCount: 8) == [.overlap(tensor: "1", byteCount: 1)])
        #expect(faults(json([(0, 8), (0, 8)]), dataByteCount: 8) == [.overlap(tensor: "1", byteCount: 8)])
        #expect(faults(json([(0, 8), (2, 4)]), dataByteCount: 8) == [.overlap(tensor: "1", byteCount: 6)])
        #expect(faults(json([(0, 4)]), dataByteCount: 8) == [.trailingBytes(byteCount: 4)])
        #expect(faults(json([]), dataByteCount: 1) == [.trailingBytes(byteCount: 1)])
    }
}
