import Memory
import Synchronization

/// A chunk in locked host memory, laid out as in its slot: read once, sent from there ever after.
final class HeldChunk: Sendable {
    private let memory: PinnedMemory
    private let pieces: Mutex<[Piece]>

    enum Piece: Sendable {
        case absent, arriving, present
    }

    init(byteCount: Int, pieceCount: Int, in context: CUDAContext) throws(MemoryError) {
        memory = try PinnedMemory(byteCount: byteCount, in: context)
        pieces = Mutex(Array(repeating: .absent, count: pieceCount))
    }

    var byteCount: Int { memory.byteCount }

    /// Where a piece is, or belongs.
    func address(of piece: RingPiece) -> UnsafeMutableRawPointer { memory.address + piece.slotOffset }

    /// What became of a piece so far. Who is told that it is absent brings it.
    func request(_ index: Int) -> Piece {
        pieces.withLock { pieces in
            defer { if pieces[index] == .absent { pieces[index] = .arriving } }
            return pieces[index]
        }
    }

    /// The piece that was absent is there, or could not be read.
    func finish(_ index: Int, isPresent: Bool) { pieces.withLock { $0[index] = isPresent ? .present : .absent } }
}

/// The chunks that are read in every step and do not stay on the device: kept in locked host memory as far as the host's budget goes.
final class HeldChunks: Sendable {
    /// What tells chunks apart.
    private struct Key: Hashable {
        let extents: [[String]]

        init(_ chunk: StreamChunk) { extents = chunk.extents.map { [$0.file.path, "\($0.offset)", "\($0.byteCount)"] } }
    }

    private let context: CUDAContext
    private let pieceByteCount: Int
    private let held = Mutex<[Key: HeldChunk]>([:])

    init(_ context: CUDAContext, pieceByteCount: Int) {
        self.context = context
        self.pieceByteCount = pieceByteCount
    }

    /// For each chunk that is read more than once, its place in locked memory if there is one. Those of an earlier run that are not
    /// among them are given back first; nothing of them is being copied.
    func chunks(_ chunks: [StreamChunk], of schedule: RingSchedule) throws(MemoryError) -> [HeldChunk?] {
        var repeats = [Int](repeating: 0, count: chunks.count)
        for fill in schedule.fills { repeats[fill.chunk] += 1 }
        guard repeats.contains(where: { $0 > 1 }) else { return chunks.map { _ in nil } }
        let keys = chunks.map(Key.init)
        let wanted = zip(keys, repeats).filter { $0.1 > 1 }.map(\.0)
        let known = held.withLock { held in
            held = held.filter { wanted.contains($0.key) }
            return held
        }
        // What comes from files is spread evenly over the step, so that reading it goes on all the time.
        let units = zip(chunks, repeats).map { StreamUnit(byteCount: $1 > 1 ? $0.slotByteCount : 0, nanoseconds: $1 > 1 ? 1 : 0) }
        let kept = known.values.reduce(0) { $0 + $1.byteCount }
        let room = (context.host.budgetByteCount ?? .max) - context.host.reading.liveByteCount + kept
        let plan = ResidencyPlan(units, residentByteCount: max(0, room))
        var places: [HeldChunk?] = []
        for (index, chunk) in chunks.enumerated() {
            places.append(try place(chunk, keys[index], known, isWanted: repeats[index] > 1 && plan.isResident[index]))
        }
        return places
    }

    private func place(
        _ chunk: StreamChunk, _ key: Key, _ known: [Key: HeldChunk], isWanted: Bool
    ) throws(MemoryError) -> HeldChunk? {
        if let known = known[key] { return known }
        guard isWanted, chunk.slotByteCount > 0 else { return nil }
        do throws(MemoryError) {
            let made = try HeldChunk(
                byteCount: chunk.slotByteCount, pieceCount: chunk.pieceCount(byteCount: pieceByteCount), in: context)
            held.withLock { $0[key] = made }
            return made
        } catch {
            // Limits on locked memory are not known beforehand; what cannot be locked comes from its file as if the budget were smaller.
            return nil
        }
    }
}
