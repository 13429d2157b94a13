import CUDABackend
import Memory
import SimulatedDriver
import Tensors
import Testing

extension SimulatedDeviceTests {
    /// The two queues of a run whose weights pass through a ring.
    struct RingTests {
        private static let chunkByteCount = 96 << 10
        private static let chunkCount = 7
        private static let steps = 4

        /// What each use found in its slot.
        private struct Run {
            var isEqual = true
            var callsInLoop: [String: Int] = [:]
        }

        /// Calls that have no place between the first use and the last.
        private static let forbidden = [
            "cuMemCreate", "cuMemMap", "cuMemUnmap", "cuMemSetAccess", "cuMemRelease", "cuMemAlloc_v2", "cuMemFree_v2",
            "cuMemHostRegister_v2", "cuMemHostUnregister", "cuEventCreate", "cuCtxSynchronize", "cuStreamSynchronize",
        ]

        /// Streams several steps, and copies each slot away in the compute queue, where an operation would read it.
        private func stream(_ card: SimulatedCard, _ file: FileOfChunks, ringChunks: Int) throws -> Run {
            let size = Self.chunkByteCount
            let chunks = (0..<Self.chunkCount).map { file.chunk(at: $0 * size, byteCount: size) }
            let uses = (0..<Self.steps).flatMap { _ in chunks.indices.map { [$0] } }
            let schedule = try RingSchedule(
                chunkByteCounts: chunks.map(\.slotByteCount), uses: uses, ringByteCount: ringChunks * size)
            let device = card.device
            let regions = try PagedRegions(backend: device.makeVirtualMemory(), ledger: device.ledger, reservedByteCount: 64 << 20)
            try regions.resize(.ring, to: schedule.ringByteCount)
            let ring = regions.storage(.ring, 0..<schedule.ringByteCount)
            let found = try device.allocate(byteCount: uses.count * size, for: .activations)
            let streamer = try device.makeStreamer(schedule, chunks, ring: ring)
            try streamer.start()
            defer { streamer.stop() }
            let before = Self.forbidden.map(SimulatedCard.calls)
            for use in uses.indices {
                try streamer.withUse(use) {
                    let slot = tensor(ring, at: streamer.slot(use: use).lowerBound)
                    try card.backend.convert(slot, into: tensor(found, at: use * size))
                }
            }
            var run = Run()
            for (name, count) in zip(Self.forbidden, before) where SimulatedCard.calls(name) > count {
                run.callsInLoop[name] = SimulatedCard.calls(name) - count
            }
            for (use, chunk) in uses.enumerated() {
                let values = try card.backend.download(tensor(found, at: use * size))
                let start = chunk[0] * size
                run.isEqual = run.isEqual && values == Self.values(file.bytes[start..<start + size])
            }
            return run
        }

        /// The bytes as numbers in bf16, which every copy keeps.
        private func tensor(_ storage: Storage, at offset: Int) -> Tensor {
            Tensor(storage: storage, byteOffset: offset, shape: [1, Self.chunkByteCount / 2], type: .bf16)
        }

        private static func values(_ bytes: ArraySlice<UInt8>) -> [Float] {
            stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
                Float(bitPattern: UInt32(bytes[$0]) << 16 | UInt32(bytes[$0 + 1]) << 24)
            }
        }

        /// Bytes that are no NaN in bf16, so that numbers can be compared.
        private func makeFile(seed: UInt64) throws -> FileOfChunks {
            try FileOfChunks(byteCount: Self.chunkCount * Self.chunkByteCount, seed: seed)
        }

        @Test(arguments: [1, 2, 3, 5], [0, 1 << 30])
        func `every use reads its own chunk, whatever the queues' delays, with or without copies in locked memory`(
            ringChunks: Int, spareHostByteCount: Int
        ) throws {
            for seed in UInt64(1)...3 {
                do {
                    let staging = 6 * (32 << 10)
                    let card = try SimulatedCard(
                        seed: seed, delay: 300, hostByteCount: staging + spareHostByteCount, pieceByteCount: 32 << 10)
                    let run = try stream(card, makeFile(seed: seed), ringChunks: ringChunks)
                    #expect(run.isEqual, "seed \(seed)")
                    #expect(run.callsInLoop.isEmpty, "seed \(seed): \(run.callsInLoop)")
                    #expect(SimulatedCard.violations.isEmpty, "seed \(seed): \(SimulatedCard.violations)")
                }
                #expect(SimulatedCard.leaks.isEmpty, "seed \(seed): \(SimulatedCard.leaks)")
            }
        }

        @Test(arguments: ["cuMemcpyHtoDAsync_v2", "cuEventRecord", "cuStreamWaitEvent", "cuEventSynchronize", "cuMemHostRegister_v2"])
        func `a call that fails ends the run with its error or changes nothing, and the next run is whole`(call: String) throws {
            do {
                let card = try SimulatedCard(seed: 5, delay: 50, pieceByteCount: 32 << 10)
                let file = try makeFile(seed: 5)
                for count in [0, 1, 5, 17, 40] {
                    simulatedFail(call, count, 999)
                    do {
                        #expect(try stream(card, file, ringChunks: 2).isEqual)
                    } catch let error as StreamError {
                        guard case .deviceFailed(_, 999) = error else {
                            Issue.record("\(error)")
                            continue
                        }
                    } catch let error as MemoryError {
                        guard case .callFailed(_, _, 999) = error else {
                            Issue.record("\(error)")
                            continue
                        }
                    } catch let error as CUDAError {
                        guard case .callFailed(_, 999, _, _) = error else {
                            Issue.record("\(error)")
                            continue
                        }
                    }
                    simulatedFail(call, .max, 0)
                    #expect(try stream(card, file, ringChunks: 2).isEqual, "after failure \(count)")
                }
                #expect(SimulatedCard.violations.isEmpty, "\(SimulatedCard.violations)")
            }
            #expect(SimulatedCard.leaks.isEmpty, "\(SimulatedCard.leaks)")
        }

        @Test func `a file that ends too early is reported where its chunk is used`() throws {
            let card = try SimulatedCard(seed: 6, delay: 50, pieceByteCount: 32 << 10)
            let file = try makeFile(seed: 6)
            try file.cut(to: 3 * Self.chunkByteCount + 100)
            #expect(throws: StreamError.self) { try stream(card, file, ringChunks: 3) }
            #expect(SimulatedCard.violations.isEmpty, "\(SimulatedCard.violations)")
        }
    }
}
