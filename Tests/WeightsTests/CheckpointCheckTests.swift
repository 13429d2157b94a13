import StrictJSON
import SystemPackage
import Tensors
import TestFixtures
import Testing

@testable import Weights

struct CheckpointCheckTests {
    private let folder: TemporaryFolder
    private let file: FilePath
    private let index: FilePath

    init() throws {
        folder = try TemporaryFolder()
        file = folder.path.appending("model.safetensors")
        index = folder.path.appending("model.safetensors.index.json")
    }

    private func store(
        _ declare: @escaping @Sendable (Parameters) throws -> Void = { _ = try ($0("a", 2), $0("b", 2, 2)) },
        candidates: @Sendable (String) -> [String] = { [$0] }, ignoring: @Sendable (String) -> Bool = { _ in false }
    ) throws(WeightsError) -> WeightStore {
        try WeightStore(
            component: "transformer", folder: folder.path, stem: "model", units: [WeightUnit("unit", declare: declare)],
            candidates: candidates, ignoring: ignoring, computeType: .f32, backend: ConvertingBackend())
    }

    private func expect(_ problems: [WeightsProblem], sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: WeightsError.self, sourceLocation: sourceLocation) { try store() }
        #expect(error?.problems == problems, sourceLocation: sourceLocation)
    }

    private static let a = SafetensorsBytes.Source("a", .f32, [2], [1, 2])
    private static let b = SafetensorsBytes.Source("b", .f32, [2, 2], [3, 4, 5, 6])

    /// Two shards, "a" in the first and "b" in the second, and an index as given.
    private func writeShards(_ weightMap: String, metadata: String = "{\"total_size\": 24}") throws {
        try folder.write(SafetensorsBytes.file([Self.a]), "model-00001-of-00002.safetensors")
        try folder.write(SafetensorsBytes.file([Self.b]), "model-00002-of-00002.safetensors")
        try folder.write("{\"metadata\": \(metadata), \"weight_map\": {\(weightMap)}}", "model.safetensors.index.json")
    }

    private static let goodMap = #""a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors""#

    @Test func `all problems of a folder are reported together`() throws {
        try folder.write(
            SafetensorsBytes.file([
                .init("b", .f32, [4], [3, 4, 5, 6]), .init("c", "F8_E4M3", [2], [1, 2]), .init("d", "I64", [0], []),
                .init("e", .f32, [1], [1]),
            ]), "model.safetensors")
        let error = #expect(throws: WeightsError.self) { try store { _ = try ($0("a", 2), $0("b", 2, 2), $0("c", 2)) } }
        #expect(
            error?.problems == [
                .missingTensor(file: file, tensor: "a", expected: [2]),
                .wrongShape(file: file, tensor: "b", expected: [2, 2], found: [4]),
                .unsupportedType(file: file, tensor: "c", expected: ElementType.allCases, found: .f8E4M3),
                .unknownTensor(file: file, tensor: "d", found: [0]), .unknownTensor(file: file, tensor: "e", found: [1]),
            ])
        #expect(error?.description.split(separator: "\n").count == 5)
    }

    @Test func `tensors known to be unused may have any type and shape`() throws {
        try folder.write(
            SafetensorsBytes.file([Self.a, Self.b, .init("position_ids", "I64", [1], [0, 0, 0, 0, 0, 0, 0, 0])]), "model.safetensors")
        let store = try store(ignoring: { $0 == "position_ids" })
        #expect(store.byteCount == 24 && store.storedTypes == [.f32])
    }

    @Test func `either name of a tensor is taken, both if they fit, the first one's values`() throws {
        let names: @Sendable (String) -> [String] = { ["x." + $0, $0] }
        try folder.write(SafetensorsBytes.file([.init("x.a", .f32, [2], [7, 8]), Self.a, Self.b]), "model.safetensors")
        let store = try store(candidates: names)
        let (a, b) = try store.withLease("unit") { (decoded(try $0("a", 2)), decoded(try $0("b", 2, 2))) }
        #expect(a == [7, 8] && b == [3, 4, 5, 6])
    }

    @Test(arguments: [("x.a", "a"), ("a", "x.a")])
    func `a tensor present under two names must fit under both`(wrong: String, right: String) throws {
        let wrongA = SafetensorsBytes.Source(wrong, .f32, [1, 2], [7, 8])
        try folder.write(SafetensorsBytes.file([wrongA, .init(right, .f32, [2], [1, 2]), Self.b]), "model.safetensors")
        let error = #expect(throws: WeightsError.self) { try store(candidates: { ["x." + $0, $0] }) }
        #expect(error?.problems == [.wrongShape(file: file, tensor: wrong, expected: [2], found: [1, 2])])
    }

    @Test func `a folder without weights, or not there, names what was looked for`() throws {
        let tried = ["", ".bf16", ".fp16"].flatMap { ["model\($0).safetensors", "model.safetensors.index\($0).json"] }
        expect([.noWeightFile(folder: folder.path, tried: tried)])
        try folder.remove("")
        expect([.noWeightFile(folder: folder.path, tried: tried)])
    }

    @Test(arguments: ["model", "model.bf16", "model.fp16"])
    func `a variant's name is found`(stem: String) throws {
        try folder.write(SafetensorsBytes.file([Self.a, Self.b]), stem + ".safetensors")
        #expect(try store().files == [folder.path.appending(stem + ".safetensors")])
    }

    @Test(arguments: ["model.safetensors.index.fp16.json", "model.fp16.safetensors.index.json"])
    func `a variant's index is found`(name: String) throws {
        try writeShards(Self.goodMap)
        try folder.remove("model.safetensors.index.json")
        try folder.write("{\"weight_map\": {\(Self.goodMap)}}", name)
        #expect(try store().files.count == 2)
    }

    @Test func `the unnamed variant comes before bf16 and that before fp16`() throws {
        try folder.write("nonsense", "model.fp16.safetensors")
        try folder.write(SafetensorsBytes.file([Self.a, Self.b]), "model.bf16.safetensors")
        #expect(try store().files.map(\.lastComponent?.string) == ["model.bf16.safetensors"])
        try folder.write(SafetensorsBytes.file([Self.a, Self.b]), "model.safetensors")
        #expect(try store().files.map(\.lastComponent?.string) == ["model.safetensors"])
    }

    @Test func `a single file beside an index is ambiguous`() throws {
        try writeShards(Self.goodMap)
        try folder.write(SafetensorsBytes.file([Self.a, Self.b]), "model.safetensors")
        expect([.ambiguousFiles([file, index])])
    }

    @Test func `a folder, a broken link and an empty file in the place of weights are refused`() throws {
        try folder.makeFolder("model.safetensors")
        expect([.notARegularFile(file: file)])
        try folder.remove("model.safetensors")
        try folder.link("model.safetensors", to: "nowhere")
        expect([.unreadable(file: file, call: "open", code: Errno.noSuchFileOrDirectory.rawValue)])
        try folder.remove("model.safetensors")
        try folder.write([], "model.safetensors")
        expect([.malformed(file: file, fault: .noHeader(fileByteCount: 0))])
    }

    @Test func `shards are read through links to other folders`() throws {
        let blobs = try TemporaryFolder()
        try writeShards(Self.goodMap)
        try folder.remove("model-00002-of-00002.safetensors")
        try folder.link("model-00002-of-00002.safetensors", to: blobs.write(SafetensorsBytes.file([Self.b]), "0123abc"))
        let store = try store()
        #expect(store.warnings.isEmpty)
        let b = try store.withLease("unit") { decoded(try $0("b", 2, 2)) }
        #expect(b == [3, 4, 5, 6])
    }

    @Test(arguments: ["../x.safetensors", "/etc/passwd", "a/../../x", "", ".", "x\\u0000y"])
    func `an index that leads out of its folder is refused`(shard: String) throws {
        try writeShards(#""a": "model-00001-of-00002.safetensors", "b": "\#(shard)""#)
        expect([.shardOutsideFolder(index: index, shard: shard.hasPrefix("x") ? "x\0y" : shard)])
    }

    @Test func `an index entry for a missing shard is reported, its tensors are not`() throws {
        try writeShards(Self.goodMap)
        try folder.remove("model-00002-of-00002.safetensors")
        expect([.missingShard(index: index, shard: "model-00002-of-00002.safetensors")])
    }

    @Test func `an unreadable shard is reported, its tensors are not, other shards' are`() throws {
        try writeShards(Self.goodMap)
        try folder.write(SafetensorsBytes.file([.init("a", .f32, [1], [1])]), "model-00001-of-00002.safetensors")
        let second = try folder.write("short", "model-00002-of-00002.safetensors")
        expect([
            .malformed(file: second, fault: .noHeader(fileByteCount: 5)),
            .wrongShape(file: folder.path.appending("model-00001-of-00002.safetensors"), tensor: "a", expected: [2], found: [1]),
        ])
    }

    @Test func `an index must list what its shards hold and nothing else`() throws {
        let first = folder.path.appending("model-00001-of-00002.safetensors")
        let second = folder.path.appending("model-00002-of-00002.safetensors")
        try writeShards(Self.goodMap + #", "c": "model-00001-of-00002.safetensors""#)
        expect([.notInShard(file: first, tensor: "c")])
        try writeShards(
            #""a": "model-00002-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "z": "model-00001-of-00002.safetensors""#)
        expect([.notInShard(file: second, tensor: "a"), .notInShard(file: first, tensor: "z")])
        try writeShards(#""a": "model-00001-of-00002.safetensors", "z": "model-00002-of-00002.safetensors""#)
        expect([.notInShard(file: second, tensor: "z"), .notInIndex(file: second, tensor: "b")])
    }

    @Test func `a tensor in two shards is refused`() throws {
        try writeShards(Self.goodMap)
        let second = try folder.write(SafetensorsBytes.file([Self.b, Self.a]), "model-00002-of-00002.safetensors")
        let first = folder.path.appending("model-00001-of-00002.safetensors")
        expect([.duplicateTensor(tensor: "a", files: [first, second])])
    }

    @Test func `a wrong total size and a shard that is not listed are warnings`() throws {
        try writeShards(Self.goodMap, metadata: #"{"total_size": 25, "format": ["pt"]}"#)
        let stray = try folder.write("anything", "model-00003-of-00003.safetensors")
        #expect(
            try store().warnings == [
                .wrongTotalSize(index: index, stated: 25, found: 24), .unlistedShard(file: stray, index: index),
            ])
    }

    @Test(arguments: [
        ("[1]", ShardIndexFault.noWeightMap), ("{}", .noWeightMap), (#"{"weight_map": {}}"#, .noWeightMap),
        (#"{"weight_map": ["a"]}"#, .noWeightMap), (#"{"weight_map": {"a": 1}}"#, .invalidShard(tensor: "a")),
        (#"{"weight_map": {"a": "x", "a": "y"}}"#, .json(JSONFault(.duplicateKey("a"), offset: 26))),
        ("", .json(JSONFault(.expected("a number"), offset: 0))),
    ])
    func `a malformed index is refused`(text: String, fault: ShardIndexFault) throws {
        try folder.write(text, "model.safetensors.index.json")
        expect([.malformedIndex(file: index, fault: fault)])
    }

    @Test func `shapes that cannot be are errors of the config, not traps`() throws {
        try folder.write(SafetensorsBytes.file([Self.a, Self.b]), "model.safetensors")
        for shape in [[0, 2], [-1, 2], [Int.max, 2]] {
            let error = #expect(throws: WeightsError.self) { try store { _ = try $0("a", shape[0], shape[1]) } }
            #expect(error?.problems == [.impossibleShape(tensor: "a", expected: shape)])
        }
        let error = #expect(throws: WeightsError.self) { try store { _ = try ($0("a", 2), $0("b", 2, 2), $0("b", 4)) } }
        #expect(error?.problems.first == .conflictingShapes(tensor: "b", first: [2, 2], second: [4]))
    }

    @Test func `an error of the model's own is reported with the folder's`() throws {
        struct Odd: Error, CustomStringConvertible { let description = "heads do not divide the width" }
        let error = #expect(throws: WeightsError.self) { try store { _ in throw Odd() } }
        #expect(error?.problems.first == .undeclarable(unit: "unit", reason: "heads do not divide the width"))
        #expect(error?.problems.count == 2)
    }

    @Test func `messages quote names, so that a file cannot write to the terminal, and stay short`() throws {
        try folder.write(SafetensorsBytes.file([Self.a, Self.b, .init("\\u001b[2J\\n", .f32, [1], [1])]), "model.safetensors")
        let error = #expect(throws: WeightsError.self) { try store() }
        #expect(error?.description.contains("\u{1B}") == false && error?.description.contains("\n") == false)
        let many = (0..<1000).map { WeightsProblem.missingTensor(file: file, tensor: "t\($0)", expected: [1]) }
        #expect(WeightsError(component: "vae", problems: many).description.hasSuffix("vae: and 980 more problems"))
    }
}
