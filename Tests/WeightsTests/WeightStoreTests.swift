import Memory
import SystemPackage
import Tensors
import TestFixtures
import Testing

@testable import Weights

struct WeightStoreTests {
    private let folder: TemporaryFolder
    private let backend = ConvertingBackend()
    private let matrix: [Float] = [1, -2, 0.5, 0, 3, -0.25]
    private let bias: [Float] = [4, 5]

    init() throws { folder = try TemporaryFolder() }

    /// One unit "layer" with `layer.weight` `[2, 3]` and `layer.bias` `[2]`.
    private static let layer = WeightUnit("layer") { parameters in
        let parameters = parameters.scope("layer")
        _ = try parameters("weight", 2, 3)
        _ = try parameters("bias", 2)
    }

    private func tensors(_ type: ElementType) -> [SafetensorsBytes.Source] {
        [.init("layer.weight", type, [2, 3], matrix), .init("layer.bias", type, [2], bias)]
    }

    private func store(
        _ units: [WeightUnit] = [layer], _ computeType: ElementType = .f32, retaining byteCount: Int = 0, on backend: (any Backend)? = nil
    ) throws -> WeightStore {
        try WeightStore(
            component: "transformer", folder: folder.path, stem: "model", units: units, computeType: computeType,
            retainedByteCount: byteCount, backend: backend ?? self.backend)
    }

    @Test(arguments: ElementType.allCases)
    func `weights stored in the compute type are the mapped file and cost no memory`(type: ElementType) throws {
        try folder.write(SafetensorsBytes.file(tensors(type)), "model.safetensors")
        let store = try store([Self.layer], type)
        try store.withLease("layer") { parameters in
            let weight = try parameters("layer.weight", 2, 3)
            #expect(weight.type == type && weight.shape == [2, 3])
            #expect(decoded(weight) == matrix)
            let sibling = try parameters.scope("layer")("bias", 2)
            #expect(decoded(sibling) == bias)
            #expect(backend.device.ledger.reading.peakByteCount == 0)
        }
        #expect(store.storedTypes == [type])
        #expect(store.byteCount == 8 * type.byteCount)
        #expect(store.files == [folder.path.appending("model.safetensors")])
        #expect(store.warnings.isEmpty)
    }

    @Test(arguments: ElementType.allCases, ElementType.allCases)
    func `weights stored in another type are converted for the lease alone`(stored: ElementType, type: ElementType) throws {
        try folder.write(SafetensorsBytes.file(tensors(stored)), "model.safetensors")
        let store = try store([Self.layer], type)
        for _ in 0..<2 {
            try store.withLease("layer") { parameters in
                let weight = try parameters("layer.weight", 2, 3)
                #expect(weight.type == type)
                #expect(decoded(weight) == matrix)
                let booked = backend.device.ledger.reading.byteCounts[.weights, default: 0]
                #expect(booked == (stored == type ? 0 : 8 * type.byteCount))
            }
            #expect(backend.device.ledger.reading.liveByteCount == 0)
        }
    }

    @Test func `converted weights are kept as long as the store if asked`() throws {
        try folder.write(SafetensorsBytes.file(tensors(.bf16)), "model.safetensors")
        do {
            let store = try store(retaining: 8 * ElementType.f32.byteCount)
            let first = try store.withLease("layer") { try $0("layer.weight", 2, 3).storage }
            let second = try store.withLease("layer") { try $0("layer.weight", 2, 3).storage }
            #expect(first === second)
            #expect(backend.device.ledger.reading.byteCounts[.weights] == 32)
        }
        #expect(backend.device.ledger.reading.liveByteCount == 0)
    }

    @Test func `converted weights that do not fit the budget are an error, and nothing stays booked`() throws {
        try folder.write(SafetensorsBytes.file(tensors(.bf16)), "model.safetensors")
        let small = ConvertingBackend(budgetByteCount: 30)
        let store = try store(on: small)
        #expect(throws: MemoryError.self) { try store.withLease("layer") { _ in } }
        #expect(small.device.ledger.reading.liveByteCount == 0)
    }

    @Test(arguments: 1...7)
    func `weights at odd addresses are copied to even ones`(padding: Int) throws {
        try folder.write(SafetensorsBytes.file(tensors(.f32), headerPadding: padding), "model.safetensors")
        let store = try store()
        try store.withLease("layer") { parameters in
            let weight = try parameters("layer.weight", 2, 3)
            #expect(UInt(bitPattern: weight.address) % 4 == 0)
            #expect(decoded(weight) == matrix)
            #expect(backend.device.ledger.reading.liveByteCount == (padding % 4 == 0 ? 0 : 32))
        }
    }

    @Test func `tensors stay readable after their file was removed`() throws {
        try folder.write(SafetensorsBytes.file(tensors(.f32)), "model.safetensors")
        let store = try store()
        try folder.remove("model.safetensors")
        let found = try store.withLease("layer") { decoded(try $0("layer.weight", 2, 3)) }
        #expect(found == matrix)
    }

    @Test func `a model without memory is planned on a device without bytes`() throws {
        try folder.write(SafetensorsBytes.file(tensors(.bf16)), "model.safetensors")
        let backend = NullBackend()
        let store = try store([Self.layer], .f32, on: backend)
        let weight = try store.withLease("layer") { try $0("layer.weight", 2, 3) }
        #expect(weight.address == nil && weight.type == .f32)
        #expect(backend.operations == ["convert", "convert"])
    }

    @Test func `a lease gives only what its unit declared`() throws {
        try folder.write(SafetensorsBytes.file(tensors(.f32)), "model.safetensors")
        let weight = WeightUnit("weight") { _ = try $0("layer.weight", 2, 3) }
        let bias = WeightUnit("bias") { _ = try $0("layer.bias", 2) }
        let store = try store([weight, bias])
        #expect(throws: WeightsError(component: "transformer", problems: [.undeclaredUnit("block")])) {
            try store.withLease("block") { _ in }
        }
        #expect(throws: WeightsError(component: "transformer", problems: [.undeclaredTensor(unit: "weight", tensor: "layer.bias")])) {
            try store.withLease("weight") { _ = try $0("layer.bias", 2) }
        }
        let asked = WeightsProblem.notAsDeclared(unit: "weight", tensor: "layer.weight", declared: [2, 3], found: [3, 2])
        #expect(throws: WeightsError(component: "transformer", problems: [asked])) {
            try store.withLease("weight") { _ = try $0("layer.weight", 3, 2) }
        }
    }

    @Test func `a body's result and error pass through the lease`() throws {
        struct Stop: Error {}
        try folder.write(SafetensorsBytes.file(tensors(.f32)), "model.safetensors")
        let store = try store()
        let count = try store.withLease("layer") { try $0("layer.bias", 2).elementCount }
        #expect(count == 2)
        #expect(throws: Stop.self) { try store.withLease("layer") { _ in throw Stop() } }
    }
}
