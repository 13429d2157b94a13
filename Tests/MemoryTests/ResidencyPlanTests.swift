import Memory
import Testing

struct ResidencyPlanTests {
    @Test func `the budget is never passed, and what streams is exactly the rest`() {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for round in 0..<2000 {
            let units = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                StreamUnit(
                    byteCount: .random(in: 0...200_000_000, using: &generator), nanoseconds: .random(in: 0...5_000_000, using: &generator))
            }
            let total = units.reduce(0) { $0 + $1.byteCount }
            let limit = Int.random(in: -5...total + 100, using: &generator)
            let plan = ResidencyPlan(units, residentByteCount: limit)
            let comment: Comment = "seed \(generator.seed), round \(round)"
            let resident = zip(units, plan.isResident).filter(\.1).reduce(0) { $0 + $1.0.byteCount }
            #expect(plan.residentByteCount == resident && resident <= max(0, limit), comment)
            #expect(plan.streamedByteCount == total - resident, comment)
            #expect(plan.streamedByteCount >= total - max(0, limit), comment)
            let smallest = zip(units, plan.isResident).filter { !$0.1 }.map(\.0.byteCount).min()
            #expect(smallest.map { resident + $0 > limit } ?? true, "bytes are left that a chunk would fit in: \(comment)")
            #expect(plan == ResidencyPlan(units, residentByteCount: limit), comment)
        }
    }

    @Test func `streamed bytes follow computed time`() {
        let units = (0..<100).map { _ in StreamUnit(byteCount: 10, nanoseconds: 7) }
        let plan = ResidencyPlan(units, residentByteCount: 750)
        #expect(plan.streamedByteCount == 250)
        for start in stride(from: 0, to: 100, by: 4) { #expect(plan.isResident[start..<start + 4].filter { !$0 }.count == 1) }
    }

    @Test func `sums beyond 64 bits do not overflow`() {
        let units = (0..<4).map { _ in StreamUnit(byteCount: 1 << 60, nanoseconds: 1 << 60) }
        #expect(ResidencyPlan(units, residentByteCount: 2 << 60).streamedByteCount == 2 << 60)
    }

    @Test func `host memory takes what it can hold, evenly, and the disk the rest`() {
        let units = (0..<60).map { _ in StreamUnit(byteCount: 10, nanoseconds: 7) }
        let plan = ResidencyPlan(units, residentByteCount: 200)
        let tiers = plan.tiers(of: units, hostByteCount: 205)
        #expect(tiers.indices.allSatisfy { (tiers[$0] == nil) == plan.isResident[$0] })
        #expect(tiers.filter { $0 == .memory }.count == 20 && tiers.filter { $0 == .disk }.count == 20)
        let streamed = tiers.compactMap { $0 }
        for start in stride(from: 0, to: 40, by: 4) { #expect(streamed[start..<start + 4].filter { $0 == .disk }.count == 2) }
    }
}
