import SystemPackage
import Tensors
import TestFixtures
import Testing

@testable import Weights

/// Whatever the bytes, a parser either refuses them or describes them consistently; it never traps.
struct ParserFuzzTests {
    private static let fragments = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud83d", "\\ud83d\\ude00", "\u{0}", "é", "null", "true", "1e9", "-1", "0",
        "00",
        "1.5", "18446744073709551615", "18446744073709551616", "9223372036854775807", "4294967296", "\"F32\"", "\"BF16\"", "\"I64\"",
        "\"F4\"",
        "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"a\"", "\"__metadata__\"", "[0,0]", "[0,4]", "[4,8]", "{}", " ", "\n", "../x",
        "\"weight_map\"", "\"metadata\"", "\"total_size\"",
    ]

    /// Headers that are right, nearly right and nasty, with the data they speak of.
    private static let headers: [(json: String, dataByteCount: Int)] = [
        ("{}", 0), ("{}   ", 0),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]}}"#, 8),
        (
            #"{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[],"data_offsets":[4,6]},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}"#,
            6
        ),
        (#"{"a":{"dtype":"F4","shape":[2,3],"data_offsets":[0,3]},"z":{"dtype":"U8","shape":[0,9],"data_offsets":[3,3]}}"#, 3),
        (#"{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}"#, 0),
        (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#, 4),
        (String(repeating: "{\"a\":", count: 64), 0), (String(repeating: "[", count: 1000), 0),
    ]

    private static let indexes = [
        #"{"metadata":{"total_size":8},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}"#,
        #"{"weight_map":{"a":"../x"},"metadata":{"total_size":1.5,"other":[null,true,{"x":[]}]}}"#,
        #"{"weight_map":{"\u0061\ud83d\ude00":"é"}}"#, "[[[[]]]]", #"{"weight_map":{"a":null}}"#,
    ]

    @Test func `mutated headers are refused or account for every byte`() throws {
        var mutator = Mutator.fromEnvironment()
        var accepted = 0
        for round in Mutator.rounds(20_000) {
            let (json, dataByteCount) = Self.headers[round % Self.headers.count]
            let header = mutator.mutated(Array(json.utf8), fragments: Self.fragments)
            let data = max(0, dataByteCount + (Bool.random(using: &mutator) ? 0 : Int.random(in: -2...8, using: &mutator)))
            // Mostly an honest length, so that the rest is looked at.
            let length = UInt64.random(in: 0..<8, using: &mutator) == 0 ? mutator.next() >> UInt64.random(in: 0..<64, using: &mutator) : nil
            let file = SafetensorsBytes.file(header: header, data: Array(repeating: 0, count: data), statedLength: length)
            if let entries = try? SafetensorsHeader(fileByteCount: file.count, read: { Array(file[$0]) }).entries {
                accepted += 1
                #expect(isConsistent(entries, fileByteCount: file.count), "seed \(mutator.seed), round \(round): \(file)")
            }
        }
        // A run that refuses everything would show nothing.
        #expect(accepted > 100, "seed \(mutator.seed)")
    }

    private func isConsistent(_ entries: [SafetensorsHeader.Entry], fileByteCount: Int) -> Bool {
        guard Set(entries.map(\.name)).count == entries.count else { return false }
        guard entries.allSatisfy({ $0.shape.contains(0) ? $0.bytes.isEmpty : $0.shape.reduce($0.type.bitCount, *) == 8 * $0.bytes.count })
        else { return false }
        let sorted = entries.map(\.bytes).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        let joined = zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }
        return joined && (sorted.last?.upperBound ?? fileByteCount) == fileByteCount && (sorted.first?.lowerBound ?? 10) >= 10
    }

    @Test func `mutated indexes are refused or name a shard for every tensor`() throws {
        var mutator = Mutator.fromEnvironment()
        var accepted = 0
        for round in Mutator.rounds(10_000) {
            let json = mutator.mutated(Array(Self.indexes[round % Self.indexes.count].utf8), fragments: Self.fragments)
            if let index = try? ShardIndex(json: json) {
                accepted += 1
                #expect(!index.shards.isEmpty, "seed \(mutator.seed), round \(round): \(json)")
                #expect((index.totalByteCount ?? 0) >= 0, "seed \(mutator.seed), round \(round): \(json)")
            }
        }
        #expect(accepted > 100, "seed \(mutator.seed)")
    }

    @Test func `random bytes are no weights`() throws {
        var mutator = Mutator.fromEnvironment()
        for _ in Mutator.rounds(2_000) {
            let file = (0..<Int.random(in: 0..<64, using: &mutator)).map { _ in UInt8.random(in: 0...255, using: &mutator) }
            #expect(throws: SafetensorsFaults.self, "seed \(mutator.seed)") {
                try SafetensorsHeader(fileByteCount: file.count) { Array(file[$0]) }
            }
        }
    }

    @Test func `a mutated folder is refused as a whole or its tensors can be read`() throws {
        var mutator = Mutator.fromEnvironment()
        let unit = WeightUnit("unit") { _ = try ($0("a", 1), $0("b", 2, 1)) }
        let valid = SafetensorsBytes.file([.init("a", .f32, [1], [1]), .init("b", .bf16, [2, 1], [2, 3])])
        let index = #"{"weight_map":{"a":"model-00001-of-00001.safetensors","b":"model-00001-of-00001.safetensors"}}"#
        for round in Mutator.rounds(300) {
            let folder = try TemporaryFolder()
            let isSharded = Bool.random(using: &mutator)
            try folder.write(
                mutator.mutated(valid, fragments: Self.fragments), isSharded ? "model-00001-of-00001.safetensors" : "model.safetensors")
            if isSharded { try folder.write(mutator.mutated(Array(index.utf8), fragments: Self.fragments), "model.safetensors.index.json") }
            do throws(WeightsError) {
                let store = try WeightStore(
                    component: "fuzz", folder: folder.path, stem: "model", units: [unit], computeType: .f32, backend: ConvertingBackend())
                let count = try? store.withLease("unit") { decoded(try $0("a", 1)).count + decoded(try $0("b", 2, 1)).count }
                #expect(count == 3, "seed \(mutator.seed), round \(round)")
            } catch {
                #expect(!error.problems.isEmpty && !error.description.isEmpty, "seed \(mutator.seed), round \(round)")
            }
        }
    }
}
