import CUDABackend
import Dispatch
import SimulatedDriver
import Synchronization
import Tensors
import Testing

extension SimulatedDeviceTests {
    /// Values on their way between the host and the device.
    struct StagingTests {
        @Test func `more threads than there are slots wait for each other, and each reads what it wrote`() throws {
            let threadCount = 16
            do {
                // One reader: three slots of 4 KiB, so that every tensor passes through several.
                let card = try SimulatedCard(seed: 11, delay: 100, readers: 1, pieceByteCount: 4 << 10)
                let backend = card.backend
                let failures = Mutex<[String]>([])
                DispatchQueue.concurrentPerform(iterations: threadCount) { thread in
                    let values = (0..<5000).map { Float(thread * 5000 + $0) }
                    do {
                        for _ in 0..<3 {
                            let found = try backend.download(backend.tensor(values, [values.count], .f32))
                            if found != values { failures.withLock { $0.append("thread \(thread) reads something else") } }
                        }
                    } catch { failures.withLock { $0.append("thread \(thread): \(error)") } }
                }
                #expect(failures.withLock { $0 } == [])
                #expect(SimulatedCard.violations.isEmpty, "\(SimulatedCard.violations)")
            }
            #expect(SimulatedCard.leaks.isEmpty, "\(SimulatedCard.leaks)")
        }

        @Test func `a copy that fails gives its slot back`() throws {
            let card = try SimulatedCard(seed: 12, readers: 1, pieceByteCount: 4 << 10)
            let values = (0..<5000).map(Float.init)
            for count in 0..<8 {
                simulatedFail("cuMemcpyHtoDAsync_v2", count % 5, 999)
                #expect(throws: (any Error).self) { try card.backend.tensor(values, [values.count], .f32) }
            }
            #expect(try card.backend.download(card.backend.tensor(values, [values.count], .f32)) == values)
        }
    }
}
