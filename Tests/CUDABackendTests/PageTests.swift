import CUDABackend
import Memory
import SimulatedDriver
import Testing

extension SimulatedDeviceTests {
    /// The device's memory in pages.
    struct PageTests {
        private static let budget = 256 << 20

        private struct Random: RandomNumberGenerator {
            var state: UInt64

            mutating func next() -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state ^ state >> 29
            }
        }

        private func regions(_ card: SimulatedCard) throws -> (PagedRegions, Ledger, any VirtualMemoryBackend) {
            let ledger = Ledger(device: card.device.name, budgetByteCount: Self.budget)
            let pages = try card.device.makeVirtualMemory()
            return (try PagedRegions(backend: pages, ledger: ledger, reservedByteCount: Self.budget), ledger, pages)
        }

        /// Within the budget or not at all.
        private func resize(_ regions: PagedRegions, _ region: Region, to byteCount: Int) {
            do { try regions.resize(region, to: byteCount) } catch {
                guard case MemoryError.overBudget = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }

        @Test(arguments: 1...4 as ClosedRange<UInt64>)
        func `what is booked is what the device's pages hold, after any moves between regions`(seed: UInt64) throws {
            do {
                let card = try SimulatedCard(seed: seed)
                let context = simulatedUsedByteCount()
                let (regions, ledger, pages) = try regions(card)
                var random = Random(state: seed)
                for _ in 0..<60 {
                    let region = Region.allCases.randomElement(using: &random) ?? .arena
                    let size = Int.random(in: 0...Self.budget / 2, using: &random)
                    resize(regions, region, to: size)
                    let held = ledger.reading.liveByteCount
                    #expect(held <= Self.budget)
                    #expect(try pages.physicalByteCount() == held)
                    #expect(Int(simulatedUsedByteCount()) - Int(context) == held)
                }
                try regions.removeAll()
                #expect(simulatedUsedByteCount() == context)
                #expect(SimulatedCard.violations.isEmpty, "seed \(seed): \(SimulatedCard.violations)")
            }
            #expect(SimulatedCard.leaks.isEmpty, "seed \(seed): \(SimulatedCard.leaks)")
        }

        @Test(arguments: ["cuMemCreate", "cuMemMap", "cuMemSetAccess"])
        func `after a call for pages that fails everything is still booked where it is, and the next one works`(call: String) throws {
            do {
                let card = try SimulatedCard(seed: 9)
                let (regions, ledger, pages) = try regions(card)
                for count in 0..<6 {
                    simulatedFail(call, count, 2)
                    #expect(throws: MemoryError.self) { try regions.resize(.arena, to: 200 << 20) }
                    #expect(try pages.physicalByteCount() == ledger.reading.liveByteCount)
                    try regions.resize(.arena, to: 200 << 20)
                    try regions.removeAll()
                    #expect(ledger.reading.liveByteCount == 0)
                }
                #expect(SimulatedCard.violations.isEmpty, "\(SimulatedCard.violations)")
            }
            #expect(SimulatedCard.leaks.isEmpty, "\(SimulatedCard.leaks)")
        }

        @Test func `a device without room says so, and its code`() throws {
            let card = try SimulatedCard(seed: 10, byteCount: 160 << 20)
            let (regions, _, _) = try regions(card)
            #expect {
                try regions.resize(.arena, to: 200 << 20)
            } throws: { error in
                if case MemoryError.deviceExhausted(_, _, _, let code) = error { code == 2 } else { false }
            }
        }
    }
}
