import Memory
import Testing

struct RingScheduleTests {
    /// A run of a few steps over random chunks, some used together.
    private struct Case {
        let byteCounts: [Int]
        let uses: [[Int]]
        let alignment: Int
        var minimum: Int { RingSchedule.minimumRingByteCount(chunkByteCounts: byteCounts, uses: uses, alignment: alignment) }

        init(using generator: inout SeededGenerator) {
            let alignment = [1, 4, 16].randomElement(using: &generator)!
            self.alignment = alignment
            let count = Int.random(in: 1...9, using: &generator)
            byteCounts = (0..<count).map { _ in Int.random(in: 0...40, using: &generator) }
            var step: [[Int]] = []
            for chunk in 0..<count {
                if step.isEmpty || Int.random(in: 0..<3, using: &generator) > 0 { step.append([]) }
                step[step.count - 1].append(chunk)
            }
            uses = (0..<Int.random(in: 1...4, using: &generator)).flatMap { _ in step }
        }

        func schedule(_ ringByteCount: Int) throws -> RingSchedule {
            try RingSchedule(chunkByteCounts: byteCounts, uses: uses, ringByteCount: ringByteCount, alignment: alignment)
        }
    }

    /// Runs the state machine with whatever may happen happening in random order, and looks at the ring's contents.
    /// - Returns: bytes filled, `nil` when it came to a standstill.
    private func explore(_ schedule: RingSchedule, using generator: inout SeededGenerator) -> Int? {
        var state = RingState(schedule)
        var ring = Array(repeating: -1, count: schedule.ringByteCount)
        var filling: [Int] = []
        var using: [Int] = []
        var filled = 0
        while !state.isFinished {
            var actions: [Int] = []
            if state.canBeginFill { actions.append(0) }
            if !filling.isEmpty { actions.append(1) }
            if state.canBeginUse { actions.append(2) }
            if !using.isEmpty { actions.append(3) }
            guard let action = actions.randomElement(using: &generator) else { return nil }
            switch action {
            case 0: filling.append(state.beginFill())
            case 1:
                let fill = filling.remove(at: .random(in: 0..<filling.count, using: &generator))
                // Half of the bytes could have arrived at any time before: writing all at the end would hide a late overlap.
                for byte in schedule.fills[fill].bytes { ring[byte] = fill }
                filled += schedule.fills[fill].bytes.count
                state.endFill(fill)
            case 2: using.append(state.beginUse())
            default:
                let use = using.removeFirst()
                for fill in schedule.uses[use] where !schedule.fills[fill].bytes.allSatisfy({ ring[$0] == fill }) { return nil }
                state.endUse(use)
            }
        }
        return filled
    }

    @Test func `any order of events keeps every chunk whole while it is read, and fills exactly what was planned`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for round in 0..<1500 {
            let example = Case(using: &generator)
            let schedule = try example.schedule(example.minimum + Int.random(in: 0...100, using: &generator))
            let planned = example.uses.joined().reduce(0) { $0 + example.byteCounts[$1] }
            #expect(schedule.filledByteCount == planned)
            #expect(explore(schedule, using: &generator) == planned, "seed \(generator.seed), round \(round)")
        }
    }

    @Test func `no ring from the minimum on comes to a standstill, and one byte less is refused`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for round in 0..<25 {
            let example = Case(using: &generator)
            let minimum = example.minimum
            for ringByteCount in minimum...minimum + 130 {
                let schedule = try example.schedule(ringByteCount)
                #expect(explore(schedule, using: &generator) != nil, "seed \(generator.seed), round \(round), ring \(ringByteCount)")
                for fill in schedule.fills {
                    #expect(fill.bytes.upperBound <= ringByteCount && fill.bytes.lowerBound % example.alignment == 0)
                }
            }
            guard minimum > 0 else { continue }
            #expect(throws: MemoryError.ringTooSmall(ringByteCount: minimum - 1, minimumByteCount: minimum)) {
                try example.schedule(minimum - 1)
            }
        }
    }

    @Test func `small schedules of every shape come through every ring`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for code in 0..<256 {
            let sizes = (0..<4).map { code >> (2 * $0) & 3 }
            for grouping in 0..<8 {
                var step: [[Int]] = [[0]]
                for chunk in 1..<4 {
                    if grouping >> (chunk - 1) & 1 == 0 { step.append([]) }
                    step[step.count - 1].append(chunk)
                }
                let uses = step + step + step
                let minimum = RingSchedule.minimumRingByteCount(chunkByteCounts: sizes, uses: uses, alignment: 1)
                for ringByteCount in minimum...minimum + 3 {
                    let schedule = try RingSchedule(chunkByteCounts: sizes, uses: uses, ringByteCount: ringByteCount, alignment: 1)
                    #expect(explore(schedule, using: &generator) != nil, "sizes \(sizes), step \(step), ring \(ringByteCount)")
                }
            }
        }
    }

    @Test func `a fill waits for the last use of its bytes and for no other`() throws {
        let schedule = try RingSchedule(chunkByteCounts: [6, 4, 8], uses: [[0], [1], [2], [0]], ringByteCount: 12, alignment: 1)
        #expect(schedule.fills.map(\.bytes) == [0..<6, 6..<10, 0..<8, 6..<12])
        #expect(schedule.fills.map(\.awaitedUse) == [nil, nil, 1, 2])
    }

    @Test func `misuse of a slot traps`() async throws {
        await #expect(processExitsWith: .failure) {
            var state = try RingState(RingSchedule(chunkByteCounts: [4], uses: [[0], [0]], ringByteCount: 4))
            state.endFill(state.beginFill())
            _ = state.beginFill()
        }
        await #expect(processExitsWith: .failure) {
            var state = try RingState(RingSchedule(chunkByteCounts: [4], uses: [[0]], ringByteCount: 4))
            _ = state.beginFill()
            _ = state.beginUse()
        }
        await #expect(processExitsWith: .failure) {
            var state = try RingState(RingSchedule(chunkByteCounts: [4], uses: [[0]], ringByteCount: 4))
            state.endFill(state.beginFill())
            state.endFill(0)
        }
        await #expect(processExitsWith: .failure) {
            var state = try RingState(RingSchedule(chunkByteCounts: [4], uses: [[0]], ringByteCount: 4))
            state.endUse(0)
        }
    }

    @Test func `with random delays a run takes at least its computing and its copying, and at most their sum`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        for _ in 0..<500 {
            let example = Case(using: &generator)
            let schedule = try example.schedule(example.minimum + Int.random(in: 0...100, using: &generator))
            let operations = schedule.uses.indices.map { TimedOperation(nanoseconds: .random(in: 0...50, using: &generator), use: $0) }
            let fills = schedule.fills.map { _ in Int.random(in: 0...50, using: &generator) }
            let run = PipelineSimulation(schedule, operations: operations, fillNanoseconds: fills)
            let compute = operations.reduce(0) { $0 + $1.nanoseconds }
            let end = run.ends.last ?? 0
            #expect(end >= max(compute, run.fillNanoseconds) && end <= compute + run.fillNanoseconds, "seed \(generator.seed)")
            #expect(end == compute + run.stallNanoseconds, "seed \(generator.seed)")
        }
    }
}
