import SystemPackage
import Tensors
import TestFixtures
import Testing

@testable import Weights

struct CheckpointWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Three units of a linear layer and a norm, 64·32 + 32 + 32 elements each.
    private static let units = (0..<3).map { index in
        WeightUnit("layer.\(index)") { parameters in
            let parameters = parameters.scope("layer.\(index)")
            _ = try parameters("linear.weight", 32, 64)
            _ = try parameters("linear.bias", 32)
            _ = try parameters("norm.weight", 32)
        }
    }
    private static let period = 65_521
    private static let unitByteCount = 2 * (64 * 32 + 32 + 32)

    private func writer(shardByteLimit: Int) throws -> CheckpointWriter {
        try CheckpointWriter(component: "transformer", stem: "model", units: Self.units, shardByteLimit: shardByteLimit)
    }

    private func write(shardByteLimit: Int = .max, seed: UInt64 = 1) throws {
        var weights = RandomWeights(seed: seed, period: Self.period)
        try writer(shardByteLimit: shardByteLimit).write(&weights, into: folder.path) { _ in }
    }

    private func tensors() throws -> [String: [Float]] {
        let store = try WeightStore(
            component: "transformer", folder: folder.path, stem: "model", units: Self.units, computeType: .bf16,
            backend: ConvertingBackend())
        #expect(store.warnings.isEmpty)
        #expect(store.storedTypes == [.bf16])
        var tensors: [String: [Float]] = [:]
        for index in 0..<3 {
            try store.withLease("layer.\(index)") { parameters in
                let layer = parameters.scope("layer.\(index)")
                tensors["\(index).weight"] = decoded(try layer("linear.weight", 32, 64))
                tensors["\(index).bias"] = decoded(try layer("linear.bias", 32))
                tensors["\(index).norm"] = decoded(try layer("norm.weight", 32))
            }
        }
        return tensors
    }

    @Test func `what the units declare is written and can be leased`() throws {
        try write()
        #expect(try folder.names == ["model.safetensors"])
        let tensors = try tensors()
        let weight = try #require(tensors["0.weight"])
        let mean = weight.reduce(0, +) / Float(weight.count)
        let variance = weight.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(weight.count)
        // Of 2048 values from N(0, 1/64), the mean strays by 0.0028 and the variance by 3 %.
        #expect(abs(mean) < 0.015)
        #expect((0.8...1.2).contains(variance * 64))
        #expect(try #require(tensors["0.norm"]).allSatisfy { abs($0 - 1) < 0.2 })
        #expect(try #require(tensors["0.bias"]).allSatisfy { abs($0) < 0.2 })
        #expect(Set(tensors.values).count == 9)
    }

    @Test func `shards hold the same weights as one file and none is too large`() throws {
        try write()
        let whole = try tensors()
        try folder.remove("model.safetensors")
        try write(shardByteLimit: Self.unitByteCount)
        #expect(
            try folder.names == (1...3).map { "model-0000\($0)-of-00003.safetensors" } + ["model.safetensors.index.json"])
        #expect(try tensors() == whole)
        #expect(try writer(shardByteLimit: Self.unitByteCount).shards.map(\.byteCount) == Array(repeating: Self.unitByteCount, count: 3))
    }

    @Test func `a tensor larger than a shard has one of its own`() throws {
        let shards = try writer(shardByteLimit: 100).shards
        #expect(shards.allSatisfy { $0.byteCount <= 100 || $0.tensors.count == 1 })
        #expect(shards.count == 9)
    }

    @Test func `seeds decide the weights`() throws {
        var found: [[String: [Float]]] = []
        for seed: UInt64 in [1, 1, 2] {
            try write(seed: seed)
            found.append(try tensors())
            try folder.remove("model.safetensors")
        }
        #expect(found[0] == found[1])
        #expect(found[0] != found[2])
    }

    @Test func `progress counts every byte and may stop the writing`() throws {
        struct Stopped: Error {}
        var weights = RandomWeights(seed: 1, period: Self.period)
        let writer = try writer(shardByteLimit: .max)
        var written = 0
        try writer.write(&weights, into: folder.path) { written += $0 }
        #expect(written == writer.byteCount)
        try folder.remove("model.safetensors")
        #expect(throws: Stopped.self) { try writer.write(&weights, into: folder.path) { _ in throw Stopped() } }
    }

    @Test func `a file that is there is not overwritten`() throws {
        try folder.write("precious", "model.safetensors")
        #expect(
            throws: CheckpointWriteError(
                path: folder.path.appending("model.safetensors"), call: "open", code: Errno.fileExists.rawValue)
        ) { try write() }
        #expect(try folder.contents("model.safetensors") == Array("precious".utf8))
    }

    @Test func `shapes that cannot be are refused before anything is written`() {
        let unit = WeightUnit("odd") { parameters in _ = try parameters("weight", 0, 4) }
        #expect(
            throws: WeightsError(component: "vae", problems: [.impossibleShape(tensor: "weight", expected: [0, 4])])
        ) { try CheckpointWriter(component: "vae", stem: "model", units: [unit], shardByteLimit: .max) }
    }

    @Test func `a tensor longer than the block of values repeats it out of step with its rows`() throws {
        var weights = RandomWeights(seed: 3, period: Self.period)
        var values: [UInt16] = []
        let shape = [65, 1024]
        try weights.forEachPiece(of: "long.weight", shape: shape) { values += $0.bindMemory(to: UInt16.self) }
        #expect(values.count == 65 * 1024)
        let excess = values.count - Self.period
        #expect(values.suffix(excess).elementsEqual(values.prefix(excess)))
        #expect(values.suffix(1024) != values.prefix(1024))
    }
}
