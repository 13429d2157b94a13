import Glibc

/// Reads chunks of files into a ring ahead of the computation that uses them, in the order of a schedule.
///
/// A few reader threads fill slots as soon as they are given back. The computation asks for its chunks use by use, from one thread
/// at a time, and waits only for what has not arrived. Between `start` and `stop` nothing is allocated or mapped.
///
/// Errors of a read come out where the chunk is used, and end the run; `stop` and `start` begin another.
///
/// SAFETY: only `start` and `stop` touch the one variable, and they belong to the thread that owns the streamer; `cancel` may come
/// from any thread and touches only what has a lock.
public final class RingStreamer: @unchecked Sendable {
    private let schedule: RingSchedule
    private let readerCount: Int
    private let readers: RingReaders
    private let ring: UnsafeMutableRawBufferPointer?
    private var threads: [pthread_t] = []

    /// A streamer at rest.
    /// - Parameters:
    ///   - schedule: made from the chunks' `slotByteCount`, aligned to 4096.
    ///   - chunks: what to read, indexed as in the schedule.
    ///   - ring: the schedule's ring, aligned to 4096, which outlives the streamer's run.
    ///   - readerCount: threads that read at the same time.
    ///   - pieceByteCount: most bytes of one read, a multiple of 4096.
    public convenience init(
        schedule: RingSchedule, chunks: [StreamChunk], ring: UnsafeMutableRawBufferPointer, readerCount: Int = 2,
        pieceByteCount: Int = 4 << 20
    ) {
        precondition(ring.count >= schedule.ringByteCount, "the ring is smaller than the schedule's")
        precondition(UInt(bitPattern: ring.baseAddress) % UInt(StreamFile.blockByteCount) == 0, "the ring is not aligned")
        self.init(
            schedule: schedule, chunks: chunks, link: HostRing(address: ring.baseAddress), ring: ring, readerCount: readerCount,
            pieceByteCount: pieceByteCount)
    }

    /// A streamer at rest whose ring is device memory that the host can address.
    public convenience init(schedule: RingSchedule, chunks: [StreamChunk], ring: Storage, readerCount: Int = 2) {
        self.init(
            schedule: schedule, chunks: chunks, ring: UnsafeMutableRawBufferPointer(start: ring.address, count: ring.byteCount),
            readerCount: readerCount)
    }

    /// A streamer at rest whose ring is reached by `link`, which outlives the streamer's run.
    public convenience init(
        schedule: RingSchedule, chunks: [StreamChunk], link: any RingLink, readerCount: Int, pieceByteCount: Int
    ) {
        self.init(
            schedule: schedule, chunks: chunks, link: link, ring: nil, readerCount: readerCount, pieceByteCount: pieceByteCount)
    }

    private init(
        schedule: RingSchedule, chunks: [StreamChunk], link: any RingLink, ring: UnsafeMutableRawBufferPointer?, readerCount: Int,
        pieceByteCount: Int
    ) {
        let block = StreamFile.blockByteCount
        precondition(readerCount > 0 && pieceByteCount > 0 && pieceByteCount % block == 0, "reads are whole blocks")
        precondition(
            schedule.fills.allSatisfy { $0.bytes.count == chunks[$0.chunk].slotByteCount && $0.bytes.lowerBound % block == 0 },
            "the schedule was made for other chunks")
        self.schedule = schedule
        self.readerCount = readerCount
        self.ring = ring
        readers = RingReaders(schedule: schedule, chunks: chunks, link: link, pieceByteCount: pieceByteCount)
    }

    deinit { stop() }

    /// The bytes of the ring that a use's only chunk lies in.
    public func slot(use: Int) -> Range<Int> { schedule.fills[schedule.uses[use].lowerBound].bytes }

    /// Begins a run at the first use: chunks arrive from now on.
    /// - Throws: `StreamError.threadFailed`, and then nothing runs.
    public func start() throws(StreamError) {
        precondition(threads.isEmpty, "the streamer is running")
        readers.restart()
        for _ in 0..<readerCount {
            var thread = pthread_t()
            // The thread owns a reference to what it works on, and gives it back when it ends.
            let context = Unmanaged.passRetained(readers)
            let code = pthread_create(&thread, nil, Self.body, context.toOpaque())
            guard code == 0 else {
                context.release()
                stop()
                throw .threadFailed(code: code)
            }
            threads.append(thread)
        }
    }

    private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context { Unmanaged<RingReaders>.fromOpaque(context).takeRetainedValue().read() }
        return nil
    }

    /// Waits until every chunk of a use is in the ring. Uses come in the order of the schedule; a use may begin before the one
    /// before it has ended, as long as none of its chunks lies where that one's do.
    /// - Throws: `StreamError` of the first read that failed for it, or `.cancelled`.
    public func beginUse(_ use: Int) throws(StreamError) {
        try readers.beginUse(use)
    }

    /// The bytes of an extent, between the beginning and the end of the use that reads its chunk; empty where the host cannot address
    /// the ring.
    /// - Parameters:
    ///   - use: the use.
    ///   - chunk: which of its chunks, counted from 0 in the order of the schedule.
    ///   - extent: which extent of the chunk.
    public func bytes(use: Int, chunk: Int = 0, extent: Int = 0) -> UnsafeRawBufferPointer {
        guard let ring else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let fill = schedule.fills[schedule.uses[use].lowerBound + chunk]
        let range = readers.chunks[fill.chunk].slotRanges[extent]
        return UnsafeRawBufferPointer(rebasing: ring[fill.bytes.lowerBound + range.lowerBound..<fill.bytes.lowerBound + range.upperBound])
    }

    /// Gives the chunks of a use back: their slots may be filled at once.
    public func endUse(_ use: Int) {
        readers.endUse(use)
    }

    /// Calls `body` while the chunks of a use are in the ring.
    /// - Throws: what `beginUse` or `body` throws.
    public func withUse<Result>(_ use: Int, _ body: () throws -> Result) throws -> Result {
        try beginUse(use)
        defer { endUse(use) }
        return try body()
    }

    /// Makes every wait of this run, now and later, throw `StreamError.cancelled`; from any thread.
    public func cancel() {
        readers.cancel()
    }

    /// Ends the run and waits for its threads; reads that are under way are finished first. Without a run nothing happens.
    public func stop() {
        readers.cancel()
        for thread in threads { pthread_join(thread, nil) }
        threads.removeAll()
    }

    /// What the run has done so far.
    public var log: StreamLog { readers.currentLog }
}
