/// What a streamer's threads share: the ring's state and the next read to make.
///
/// SAFETY: every stored variable is read and written with the monitor locked; slots are written only while the state machine says
/// FILLING, outside of the lock.
final class RingReaders: @unchecked Sendable {
    let schedule: RingSchedule
    let chunks: [StreamChunk]
    private let link: any RingLink
    private let monitor = Monitor()
    private let pieces: [StreamChunk.Piece]
    /// For each chunk, its pieces.
    private let pieceRanges: [Range<Int>]

    private var state: RingState
    private var log: StreamLog
    private var piecesLeft: [Int]
    private var handedOut = 0..<0
    private var currentFill = 0
    private var failure: (fill: Int, error: StreamError)?
    private var isCancelled = false

    init(schedule: RingSchedule, chunks: [StreamChunk], link: any RingLink, pieceByteCount: Int) {
        self.schedule = schedule
        self.chunks = chunks
        self.link = link
        var pieces: [StreamChunk.Piece] = []
        pieceRanges = chunks.map { chunk in
            let start = pieces.count
            pieces += chunk.pieces(byteCount: pieceByteCount)
            return start..<pieces.count
        }
        self.pieces = pieces
        state = RingState(schedule)
        log = StreamLog(schedule)
        piecesLeft = schedule.fills.map { [pieceRanges] in pieceRanges[$0.chunk].count }
    }

    /// Back to the beginning of the schedule, when no thread reads.
    func restart() {
        monitor.lock()
        defer { monitor.unlock() }
        state = RingState(schedule)
        log = StreamLog(schedule)
        piecesLeft = schedule.fills.map { pieceRanges[$0.chunk].count }
        handedOut = 0..<0
        failure = nil
        isCancelled = false
    }

    var currentLog: StreamLog {
        monitor.lock()
        defer { monitor.unlock() }
        return link.timed(log)
    }

    /// Ends the readers and whoever waits; what is under way is finished first.
    func cancel() {
        monitor.lock()
        isCancelled = true
        monitor.signalRoom()
        monitor.signalArrival()
        monitor.unlock()
    }

    /// A reader thread's life: reads in the order of the schedule as far ahead as the ring has room.
    func read() {
        monitor.lock()
        defer { monitor.unlock() }
        while let (fill, piece) = nextPiece() {
            monitor.unlock()
            let error = carry(piece, of: fill)
            monitor.lock()
            finishPiece(of: fill, error)
        }
    }

    /// Waits for the chunks of the next use.
    func beginUse(_ use: Int) throws(StreamError) {
        let request = MonotonicClock.nanoseconds
        monitor.lock()
        defer { monitor.unlock() }
        var hasWaited = false
        while !state.canBeginUse {
            precondition(canArrive(use), "waits for a chunk whose slot only the waiting one could give back")
            if isCancelled { throw .cancelled }
            if let failure, failure.fill < schedule.uses[use].upperBound { throw failure.error }
            hasWaited = true
            monitor.waitForArrival()
        }
        if isCancelled { throw .cancelled }
        try link.beginUse(use, fills: schedule.uses[use])
        precondition(state.beginUse() == use, "uses begin in the order of the schedule")
        let start = hasWaited ? MonotonicClock.nanoseconds : request
        log.uses[use].request = request
        log.uses[use].start = start
        log.stallNanoseconds += start - request
        log.stallCount += hasWaited ? 1 : 0
    }

    /// Gives the chunks of the oldest use back.
    func endUse(_ use: Int) {
        monitor.lock()
        do throws(StreamError) { try link.endUse(use) } catch { fail(from: 0, error) }
        state.endUse(use)
        log.uses[use].end = MonotonicClock.nanoseconds
        monitor.signalRoom()
        monitor.unlock()
    }

    /// Whether the chunks of a use can arrive without another use ending.
    private func canArrive(_ use: Int) -> Bool {
        let end = schedule.uses[use].upperBound
        return state.begunFills >= end || schedule.fills[state.begunFills..<end].allSatisfy { $0.awaitedUse ?? -1 < state.endedUses }
    }

    /// The next read to make; waits for room, and is `nil` when there is nothing more to do.
    private func nextPiece() -> (fill: Int, piece: Int)? {
        while !isCancelled && failure == nil {
            if let piece = handedOut.first {
                handedOut.removeFirst()
                return (currentFill, piece)
            }
            if state.canBeginFill {
                currentFill = state.beginFill()
                log.fills[currentFill].start = MonotonicClock.nanoseconds
                do throws(StreamError) { try link.beginFill(schedule.fills[currentFill], currentFill) } catch {
                    fail(from: currentFill, error)
                    return nil
                }
                handedOut = pieceRanges[schedule.fills[currentFill].chunk]
                if handedOut.isEmpty { finishFill(currentFill) }
            } else if state.begunFills == schedule.fills.count {
                return nil
            } else {
                monitor.waitForRoom()
            }
        }
        return nil
    }

    private func carry(_ index: Int, of fill: Int) -> StreamError? {
        let (source, planned) = (pieces[index], schedule.fills[fill])
        let piece = RingPiece(
            fill: fill, chunk: planned.chunk, index: index - pieceRanges[planned.chunk].lowerBound,
            ringOffset: planned.bytes.lowerBound + source.slotOffset, slotOffset: source.slotOffset, byteCount: source.byteCount)
        do throws(StreamError) {
            try link.carry(piece) { (target) throws(StreamError) in
                try source.file.read(at: source.fileOffset, byteCount: source.byteCount, needed: source.needed, into: target)
            }
            return nil
        } catch { return error }
    }

    /// Uses whose chunks need `fill` or a later one get the error; of several, that of the earliest.
    private func fail(from fill: Int, _ error: StreamError) {
        if failure.map({ fill < $0.fill }) ?? true { failure = (fill, error) }
        monitor.signalRoom()
        monitor.signalArrival()
    }

    private func finishPiece(of fill: Int, _ error: StreamError?) {
        piecesLeft[fill] -= 1
        if let error {
            fail(from: fill, error)
        } else if piecesLeft[fill] == 0, failure?.fill != fill {
            finishFill(fill)
        }
    }

    private func finishFill(_ fill: Int) {
        do throws(StreamError) { try link.endFill(fill) } catch { return fail(from: fill, error) }
        state.endFill(fill)
        log.fills[fill].end = MonotonicClock.nanoseconds
        log.filledByteCount += chunks[schedule.fills[fill].chunk].byteCount
        monitor.signalArrival()
    }
}
