import Memory
import Testing

struct StreamingPlanTests {
    /// I10 for budgets of 4 to 22.3 GB, two picture sizes and three pairs of device and link: 36 cases.
    @Test(arguments: [(91e12, 25_000_000_000), (91e12, 12_000_000_000), (580e12, 55_000_000_000)], [(512, 0.15), (1024, 0.45)])
    func `a step takes what computing or the link takes, whichever is more`(device: (Double, Int), picture: (Int, Double)) throws {
        let chunks = FluxChunks(side: picture.0, rate: device.0)
        for budget in [22.3, 16, 12, 8, 6, 4] {
            // Beside chunks and ring: context and library, arena, and the weights that always stay.
            let byteCount = Int((budget - 0.75 - picture.1 - 0.07) * 1e9)
            let plan = try StreamingPlan(chunks.units, byteCount: byteCount, bytesPerSecond: device.1, alignment: 256)
            #expect(plan.residency.residentByteCount + plan.ringByteCount <= byteCount)
            let needed = max(0, chunks.byteCount - byteCount + (plan.ringByteCount > 0 ? 300_000_000 : 0))
            let bound = StepTime(
                computeSeconds: Double(chunks.nanoseconds) / 1e9, streamedByteCount: needed, linkBytesPerSecond: Double(device.1))
            let ratio = Double(plan.stepNanoseconds) / 1e9 / bound.seconds
            #expect(ratio < 1.033, "\(budget) GB, \(bound)")
            if budget == 22.3 { #expect(plan.ringByteCount == 0 && plan.residency.streamedByteCount == 0) }
        }
    }

    @Test func `whatever the budget, what stays and the ring fit in it, and one byte below the least is refused`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for round in 0..<100 {
            let units = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                StreamUnit(byteCount: .random(in: 0...900, using: &generator), nanoseconds: .random(in: 0...900, using: &generator))
            }
            let middle = Int.random(in: 0...units.count, using: &generator)
            let groups = [0..<middle, middle..<units.count]
            let total = units.reduce(0) { $0 + $1.byteCount }
            let least = RingSchedule.minimumRingByteCount(
                chunkByteCounts: units.map(\.byteCount), uses: groups.map(Array.init), alignment: 4)
            for byteCount in [least, .random(in: least...total + 60, using: &generator), total] {
                let plan = try StreamingPlan(units, groups: groups, byteCount: byteCount, bytesPerSecond: 1_000_000_000, alignment: 4)
                let comment: Comment = "seed \(generator.seed), round \(round), budget \(byteCount)"
                #expect(plan.residency.residentByteCount + plan.ringByteCount <= byteCount, comment)
                #expect((plan.ringByteCount == 0) == (byteCount >= total), comment)
                let schedule = try plan.schedule(steps: 3)
                #expect(schedule.filledByteCount == 3 * plan.residency.streamedByteCount, comment)
                #expect(schedule.uses.count == 3 * plan.uses.compactMap { $0 }.count, comment)
                #expect(plan.stepNanoseconds >= units.reduce(0) { $0 + $1.nanoseconds }, comment)
            }
            guard least - 1 < total, least > 0 else { continue }
            #expect(throws: MemoryError.ringTooSmall(ringByteCount: least - 1, minimumByteCount: least)) {
                try StreamingPlan(units, groups: groups, byteCount: least - 1, bytesPerSecond: 1_000_000_000, alignment: 4)
            }
        }
    }
}
