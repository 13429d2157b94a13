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
        // An account of this test's own: others use the engine at the same time.
        let ledger = Ledger(device: "scratch")
        let backend = engine.backend.running(on: try #require(engine.backend.device as? any PagedDevice).booking(on: ledger))
        try {
            var operands = Operands(seed: 1, type: .f32, backend: backend)
            let (x, weight, kernel) = (try operands.tensor(8, 9, 16), try operands.tensor(16, 16), try operands.tensor(16, 16, 3, 3))
            let vector = try operands.tensor(16)
            let product = try x.linear(weight: weight, bias: vector, on: backend)
            _ = try product.attention(key: product, value: product, heads: 2, scale: 1, on: backend)
            let image = product.reshaped(8, 9, 16)
            _ = try image.groupNorm(groups: 4, weight: vector, bias: vector, epsilon: 1, silu: true, on: backend)
            _ = try image.convolved(weight: kernel, bias: vector, on: backend)
        }()
        #expect(ledger.reading.liveByteCount == 0)
    }
}
