import CCUDA
import Memory

/// A ring on the device: pieces go through locked memory into the copy queue, and events keep the two queues in step.
///
/// Whatever a queue waits for has been recorded before, since the state machine lets a fill begin only after the use that it waits for
/// was ended, and a use begin only after its fills have: no wait is void. All events are made beforehand.
final class CUDARing: RingLink {
    private let schedule: RingSchedule
    private let ring: CUDAAddress
    /// By chunk.
    private let held: [HeldChunk?]
    private let engine: CUDAEngine
    private let start: CUDAEvent
    /// When the start was, by the host's clock.
    private let startNanoseconds: Int
    /// By fill: its first bytes may be sent, and its last have arrived.
    private let begun: [CUDAEvent], filled: [CUDAEvent]
    /// By use: its chunks are asked for, are there, and have been read.
    private let requested: [CUDAEvent], entered: [CUDAEvent], consumed: [CUDAEvent]

    init(_ schedule: RingSchedule, ring: CUDAAddress, held: [HeldChunk?], engine: CUDAEngine) throws {
        self.schedule = schedule
        self.ring = ring
        self.held = held
        self.engine = engine
        try engine.context.makeCurrent()
        func events(_ count: Int) throws(CUDAError) -> [CUDAEvent] {
            var events: [CUDAEvent] = []
            for _ in 0..<count { events.append(try CUDAEvent(engine.context.calls, isTimed: true)) }
            return events
        }
        begun = try events(schedule.fills.count)
        filled = try events(schedule.fills.count)
        requested = try events(schedule.uses.count)
        entered = try events(schedule.uses.count)
        consumed = try events(schedule.uses.count)
        start = try CUDAEvent(engine.context.calls, isTimed: true)
        // What the bytes held before is read no more.
        try engine.settle()
        try engine.compute.record(start)
        try start.synchronize()
        startNanoseconds = MonotonicClock.nanoseconds
    }

    func beginFill(_ fill: RingSchedule.Fill, _ index: Int) throws(StreamError) {
        try device { () throws(CUDAError) in
            if let use = fill.awaitedUse { try engine.copies.wait(for: consumed[use]) }
            try engine.copies.record(begun[index])
        }
    }

    func carry(_ piece: RingPiece, reading read: (UnsafeMutableRawPointer) throws(StreamError) -> Void) throws(StreamError) {
        try device { () throws(CUDAError) in }
        guard let held = held[piece.chunk] else { return try stage(piece, reading: read) }
        switch held.request(piece.index) {
        case .present: break
        // Another fill of the chunk is bringing it.
        case .arriving: return try stage(piece, reading: read)
        case .absent:
            do throws(StreamError) { try read(held.address(of: piece)) } catch {
                held.finish(piece.index, isPresent: false)
                throw error
            }
            held.finish(piece.index, isPresent: true)
        }
        try device { () throws(CUDAError) in
            try engine.copies.copy(
                from: UnsafeRawPointer(held.address(of: piece)), to: ring + UInt64(piece.ringOffset), byteCount: piece.byteCount)
        }
    }

    private func stage(
        _ piece: RingPiece, reading read: (UnsafeMutableRawPointer) throws(StreamError) -> Void
    ) throws(StreamError) {
        try engine.staging.send(piece.byteCount, to: ring + UInt64(piece.ringOffset), on: engine.copies, fill: read)
    }

    func endFill(_ index: Int) throws(StreamError) {
        try device { () throws(CUDAError) in try engine.copies.record(filled[index]) }
    }

    func beginUse(_ use: Int, fills: Range<Int>) throws(StreamError) {
        try device { () throws(CUDAError) in
            try engine.compute.record(requested[use])
            for fill in fills { try engine.compute.wait(for: filled[fill]) }
            try engine.compute.record(entered[use])
        }
    }

    func endUse(_ use: Int) throws(StreamError) {
        try device { () throws(CUDAError) in try engine.compute.record(consumed[use]) }
    }

    private func device(_ body: () throws(CUDAError) -> Void) throws(StreamError) {
        do throws(CUDAError) {
            try engine.context.makeCurrent()
            try body()
        } catch { throw error.streamError }
    }

    func timed(_ log: StreamLog) -> StreamLog {
        // A device that does not answer leaves no times.
        guard (try? engine.context.makeCurrent()) != nil else { return log }
        return log.timed(
            fills: begun.indices.map { span(begun[$0], filled[$0]) }, uses: requested.indices.map { span(requested[$0], entered[$0]) },
            ends: consumed.map { time(of: $0) })
    }

    private func span(_ first: CUDAEvent, _ last: CUDAEvent) -> Range<Int>? {
        guard let lower = time(of: first), let upper = time(of: last), lower <= upper else { return nil }
        return lower..<upper
    }

    private func time(of event: CUDAEvent) -> Int? { event.nanoseconds(since: start).map { startNanoseconds + $0 } }
}
