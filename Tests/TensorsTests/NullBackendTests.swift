import Memory
import Tensors
import Testing

struct NullBackendTests {
    @Test
    func `it records operations in order and the memory that their results take`() throws {
        let backend = NullBackend()
        let (x, weight) = (try backend.empty([3, 4], .bf16), try backend.empty([5, 4], .bf16))
        let before = backend.device.ledger.reading.liveByteCount
        let product = try x.linear(weight: weight, bias: nil, on: backend)
        _ = try product.activated(.silu, on: backend)
        #expect(backend.operations == ["linear", "activate"])
        #expect(backend.device.ledger.reading.liveByteCount == before + 3 * 5 * 2)
        #expect(backend.device.ledger.reading.peakByteCount == before + 2 * 3 * 5 * 2)
    }

    @Test
    func `it counts the operations of products, attentions and convolutions, and takes their workspace while they run`() throws {
        let backend = NullBackend(workspaceByteCount: 1000)
        let (x, weight) = (try backend.empty([3, 4], .bf16), try backend.empty([5, 4], .bf16))
        let product = try x.linear(weight: weight, bias: nil, on: backend)
        #expect(backend.floatingPointOperations == 2 * 3 * 4 * 5)
        try product.addLinear(x, weight: weight, bias: nil, on: backend)
        #expect(backend.floatingPointOperations == 2 * (2 * 3 * 4 * 5))
        _ = try x.attention(key: x, value: x, heads: 2, scale: 1, on: backend)
        #expect(backend.floatingPointOperations == 2 * (2 * 3 * 4 * 5) + 2 * (2 * 3 * 3 * 4))
        let (image, kernel) = (try backend.empty([7, 6, 2], .bf16), try backend.empty([5, 2, 3, 3], .bf16))
        _ = try image.convolved(weight: kernel, bias: backend.empty([5], .bf16), on: backend)
        #expect(backend.floatingPointOperations == 2 * (2 * 3 * 4 * 5) + 2 * (2 * 3 * 3 * 4) + 2 * 7 * 6 * 5 * 2 * 9)
        let reading = backend.device.ledger.reading
        #expect(reading.byteCounts[.workspace, default: 0] == 0)
        #expect(reading.peakByteCount >= 1000)
    }

    @Test
    func `a budget stops it where a real device would stop`() throws {
        let backend = NullBackend(device: NullDevice(budgetByteCount: 100))
        let held = try backend.empty([20], .f32)
        #expect(
            throws: MemoryError.overBudget(
                device: "null", owner: .activations, requestedByteCount: 24, bookedByteCount: held.storage.byteCount, budgetByteCount: 100)
        ) { _ = try backend.empty([6], .f32) }
    }
}
