import CPUBackend
import Memory
import Tensors
import Testing

struct CPUBackendTests {
    private let backend = CPUBackend()

    @Test
    func `it prefers bf16 only where the processor multiplies it`() {
        #expect(CPUBackend(instructionSet: .baseline).computeTypes == [.f32, .bf16])
        #expect(backend.computeTypes == (backend.hasFastBF16 ? [.bf16, .f32] : [.f32, .bf16]))
        #expect(backend.description.contains("oneDNN"))
    }

    @Test
    func `it stores f16 but refuses to compute in it`() throws {
        let x = try backend.tensor([1, 2, 3, 4], [2, 2], .f16)
        #expect(backend.download(x) == [1, 2, 3, 4])
        let names: [(String, () throws -> Void)] = [
            ("linear", { _ = try x.linear(weight: x, bias: nil, on: backend) }),
            ("addLinear", { try x.addLinear(x, weight: x, bias: nil, on: backend) }),
            ("attention", { _ = try x.attention(key: x, value: x, heads: 1, scale: 1, on: backend) }),
            ("add", { try x.add(x, on: backend) }),
            ("multiply", { try x.multiply(by: x, on: backend) }),
            ("activate", { _ = try x.activated(.silu, on: backend) }),
            ("rmsNorm", { _ = try x.rmsNorm(weight: x.rows(0..<1), epsilon: 1, on: backend) }),
        ]
        for (operation, run) in names {
            #expect(throws: TensorError.unsupported(backend: "cpu", operation: operation, type: .f16)) { try run() }
        }
    }

    @Test
    func `scratch counts against the budget, and a refusal leaves nothing booked`() throws {
        let device = HostDevice(budgetByteCount: 64 * 64 * 3 * 4 + 100)
        let backend = CPUBackend(device: device)
        let query = try backend.tensor([Float](repeating: 1, count: 64 * 64), [64, 64], .f32)
        let before = device.ledger.reading
        #expect(throws: MemoryError.self) { _ = try query.attention(key: query, value: query, heads: 1, scale: 1, on: backend) }
        #expect(device.ledger.reading.liveByteCount == before.liveByteCount)
    }

    @Test
    func `engines on several threads at once give each its own result`() async throws {
        let expected = try product(of: backend)
        let results = try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<8 { group.addTask { try product(of: CPUBackend()) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.allSatisfy { $0 == expected })
    }

    private func product(of backend: CPUBackend) throws -> [Float] {
        let values = (0..<60 * 61).map { Float($0 % 17) - 8 }
        let (x, weight) = (try backend.tensor(values, [61, 60], .f32), try backend.tensor(values, [61, 60], .f32))
        return backend.download(try x.linear(weight: weight, bias: nil, on: backend))
    }
}
