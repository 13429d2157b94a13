import Memory
import Testing

struct LedgerTests {
    @Test func `a booking that would pass the budget by one byte is refused and leaves no trace`() throws {
        let ledger = Ledger(device: "d", budgetByteCount: 100)
        try ledger.book(60, for: .resident)
        let before = ledger.reading
        #expect(
            throws: MemoryError.overBudget(device: "d", owner: .arena, requestedByteCount: 41, bookedByteCount: 60, budgetByteCount: 100)
        ) {
            try ledger.book(41, for: .arena)
        }
        #expect(ledger.reading == before)
        try ledger.book(40, for: .arena)
        #expect(ledger.reading.liveByteCount == 100)
    }

    @Test func `bytes that change owner keep the sum and the peak`() throws {
        let ledger = Ledger(device: "d", budgetByteCount: 100)
        try ledger.book(100, for: .freePool)
        ledger.transfer(70, from: .freePool, to: .ring)
        #expect(ledger.reading.byteCounts == [.freePool: 30, .ring: 70])
        #expect(ledger.reading.liveByteCount == 100 && ledger.reading.peakByteCount == 100)
    }

    @Test func `what was measured counts against the budget, and pressure refuses what follows`() throws {
        let ledger = Ledger(device: "d", budgetByteCount: 100)
        ledger.record(measuredByteCount: 30, of: .context)
        try ledger.book(50, for: .resident)
        ledger.record(measuredByteCount: 40, of: .external)
        #expect(ledger.reading.liveByteCount == 120)
        #expect(throws: MemoryError.self) { try ledger.book(1, for: .arena) }
        ledger.record(measuredByteCount: 5, of: .external)
        try ledger.book(15, for: .arena)
        #expect(ledger.reading.liveByteCount == 100)
    }

    @Test func `every phase keeps its own peak and who held it`() throws {
        let ledger = Ledger(device: "d")
        try ledger.book(10, for: .resident)
        ledger.beginPhase("text")
        try ledger.book(5, for: .arena)
        ledger.release(5, for: .arena)
        ledger.beginPhase("steps")
        try ledger.book(3, for: .ring)
        ledger.beginPhase("decoder")
        ledger.release(13 - 3, for: .resident)
        let phases = ledger.reading.phases
        #expect(phases.map(\.name) == ["text", "steps", "decoder"])
        #expect(phases.map(\.byteCount) == [15, 13, 13])
        #expect(phases[0].byteCounts == [.resident: 10, .arena: 5])
        #expect(phases[1].byteCounts[.ring] == 3)
        ledger.forgetPhases()
        #expect(ledger.reading.phases.isEmpty && ledger.reading.peakByteCount == 15)
    }

    @Test func `returning more than was booked traps`() async throws {
        await #expect(processExitsWith: .failure) {
            let ledger = Ledger(device: "d")
            try ledger.book(5, for: .ring)
            ledger.release(6, for: .ring)
        }
    }
}
