import Glibc
import Memory
import Testing

struct RingStreamerTests {
    private static func steps(_ count: Int, of chunks: Int, using generator: inout SeededGenerator) -> [[Int]] {
        var step: [[Int]] = []
        for chunk in 0..<chunks {
            if step.isEmpty || Bool.random(using: &generator) { step.append([]) }
            step[step.count - 1].append(chunk)
        }
        return (0..<count).flatMap { _ in step }
    }

    @Test(arguments: [StreamFile.Caching.bypassed, .dropped, .kept])
    func `every chunk arrives as it is in the file, over several steps, in any ring`(caching: StreamFile.Caching) throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        let fixture = try StreamFixture(byteCount: 300_001, using: &generator)
        let file = try StreamFile(fixture.path, caching: caching)
        for round in 0..<12 {
            let chunks = fixture.chunks(count: 6, file: file, using: &generator)
            let uses = Self.steps(3, of: 6, using: &generator)
            let (streamer, schedule) = try fixture.streamer(
                chunks, uses: uses, extraByteCount: [0, 4096, 1 << 20].randomElement(using: &generator)!,
                readers: .random(in: 1...4, using: &generator))
            for _ in 0..<2 {
                try streamer.start()
                let delay = UInt32.random(in: 0...300, using: &generator)
                let isEqual = try fixture.run(streamer, schedule, chunks) { _ in usleep(delay) }
                #expect(isEqual, "seed \(generator.seed), round \(round)")
                streamer.stop()
                let planned = uses.joined().reduce(0) { $0 + chunks[$1].byteCount }
                #expect(streamer.log.filledByteCount == planned, "seed \(generator.seed), round \(round)")
            }
        }
    }

    @Test func `chunks arrive ahead of the use before them, and a wait is counted`() throws {
        var generator = SeededGenerator(seed: 1)
        let fixture = try StreamFixture(byteCount: 200_000, using: &generator)
        let chunks = try fixture.chunks(count: 4, file: StreamFile(fixture.path), using: &generator)
        let (streamer, schedule) = try fixture.streamer(chunks, uses: [[0], [1], [2], [3]], extraByteCount: 1 << 20)
        try streamer.start()
        let isEqual = try fixture.run(streamer, schedule, chunks) { use in if use == 0 { usleep(200_000) } }
        streamer.stop()
        let log = streamer.log
        #expect(isEqual)
        #expect(log.fills.allSatisfy { $0.start > 0 && $0.end >= $0.start })
        #expect(log.fills[3].end < log.uses[0].end, "the ring was filled while the first use held it")
        #expect(log.stallNanoseconds == log.uses.reduce(0) { $0 + $1.stall })
        #expect(log.uses[3].stall == 0)
    }

    @Test func `a truncated file comes out at the chunk that is missing, and the next run is correct`() throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        let fixture = try StreamFixture(byteCount: 400_000, using: &generator)
        for caching in [StreamFile.Caching.bypassed, .dropped] {
            let file = try StreamFile(fixture.path, caching: caching)
            let chunks = (0..<8).map { StreamChunk([StreamExtent(file: file, offset: $0 * 50_000, byteCount: 50_000)]) }
            let (streamer, schedule) = try fixture.streamer(chunks, uses: (0..<8).map { [$0] }, extraByteCount: 60_000)
            truncate(fixture.path, 260_000)
            try streamer.start()
            #expect(try fixture.run(streamer, schedule, chunks, uses: 0..<5))
            let error = #expect(throws: StreamError.self) { try streamer.beginUse(5) }
            guard case .truncated(fixture.path, let offset, let expected, let found)? = error else {
                Issue.record("another error: \(String(describing: error))")
                continue
            }
            #expect(offset + found >= 260_000 && offset <= 300_000 && found < expected)
            streamer.stop()
            let descriptor = open(fixture.path, O_WRONLY)
            let isWritten = fixture.bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == fixture.bytes.count
            close(descriptor)
            try #require(isWritten)
            try streamer.start()
            #expect(try fixture.run(streamer, schedule, chunks))
            streamer.stop()
        }
    }

    @Test func `a failing read comes out with its file and place`() throws {
        // The first page of a process is never mapped, so reading it is an input error.
        let file = try StreamFile("/proc/self/mem", caching: .kept)
        var generator = SeededGenerator(seed: 1)
        let fixture = try StreamFixture(byteCount: 10_000, using: &generator)
        let chunks = try [
            StreamChunk([StreamExtent(file: StreamFile(fixture.path), offset: 5, byteCount: 9000)]),
            StreamChunk([StreamExtent(file: file, offset: 0, byteCount: 100)]),
        ]
        let (streamer, schedule) = try fixture.streamer(chunks, uses: [[0], [1], [0]])
        try streamer.start()
        #expect(try fixture.run(streamer, schedule, chunks, uses: 0..<1))
        #expect(throws: StreamError.readFailed(file: "/proc/self/mem", offset: 0, byteCount: 100, code: EIO)) {
            try streamer.beginUse(1)
        }
        streamer.stop()
    }

    @Test func `a run cancelled anywhere ends at once, twenty in a row, and the next one is correct`() async throws {
        var generator = SeededGenerator(seed: .random(in: 0...UInt64.max))
        let fixture = try StreamFixture(byteCount: 300_000, using: &generator)
        let chunks = try fixture.chunks(count: 8, file: StreamFile(fixture.path), using: &generator)
        let (streamer, schedule) = try fixture.streamer(chunks, uses: (0..<24).map { [$0 % 8] })
        for _ in 0..<20 {
            try streamer.start()
            let last = Int.random(in: 0..<23, using: &generator)
            #expect(throws: StreamError.cancelled) {
                _ = try fixture.run(streamer, schedule, chunks) { use in if use == last { streamer.cancel() } }
            }
            streamer.stop()
        }
        try streamer.start()
        #expect(try fixture.run(streamer, schedule, chunks), "seed \(generator.seed)")
        streamer.stop()
    }

    @Test func `a wait is ended by a cancel from another thread, and stopping early leaves no thread`() async throws {
        var generator = SeededGenerator(seed: 2)
        let fixture = try StreamFixture(byteCount: 100_000, using: &generator)
        let chunks = try fixture.chunks(count: 2, file: StreamFile(fixture.path), using: &generator)
        let (streamer, _) = try fixture.streamer(chunks, uses: [[0], [1]])
        // Nobody fills the ring of a streamer that was not started.
        async let waiting: StreamError? = {
            do throws(StreamError) {
                try streamer.beginUse(0)
                return nil
            } catch { return error }
        }()
        usleep(20_000)
        streamer.cancel()
        #expect(await waiting == .cancelled)
        try streamer.start()
        streamer.stop()
        streamer.stop()
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: StreamError.openFailed(file: "/tmp/sluice-none", code: ENOENT)) { try StreamFile("/tmp/sluice-none") }
    }

    @Test func `holding what one waits for traps`() async throws {
        await #expect(processExitsWith: .failure) {
            var generator = SeededGenerator(seed: 2)
            let fixture = try StreamFixture(byteCount: 100_000, using: &generator)
            let file = try StreamFile(fixture.path)
            let chunks = (0..<2).map { StreamChunk([StreamExtent(file: file, offset: $0 * 4096, byteCount: 5000)]) }
            let (streamer, _) = try fixture.streamer(chunks, uses: [[0], [1]])
            try streamer.start()
            try streamer.beginUse(0)
            try streamer.beginUse(1)
        }
    }
}
