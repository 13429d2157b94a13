import Memory
import Tensors
import Testing

struct EngineTests {
    @Test
    func `the suite says which engines it compared`() {
        for engine in Engine.all { print("conformance: compared \(engine.testDescription) with the reference") }
        #expect(!Engine.all.isEmpty)
    }

    @Test(arguments: Engine.all)
    func `operations give back all their scratch`(engine: Engine) throws {
        let before = engine.backend.device.ledger.reading.liveByteCount
        try {
            var operands = Operands(seed: 1, type: .f32, backend: engine.backend)
            let (x, weight, kernel) = (try operands.tensor(8, 9, 16), try operands.tensor(16, 16), try operands.tensor(16, 16, 3, 3))
            let vector = try operands.tensor(16)
            let product = try x.linear(weight: weight, bias: vector, on: engine.backend)
            _ = try product.attention(key: product, value: product, heads: 2, scale: 1, on: engine.backend)
            let image = product.reshaped(8, 9, 16)
            _ = try image.groupNorm(groups: 4, weight: vector, bias: vector, epsilon: 1, silu: true, on: engine.backend)
            _ = try image.convolved(weight: kernel, bias: vector, on: engine.backend)
        }()
        #expect(engine.backend.device.ledger.reading.liveByteCount == before)
    }
}
