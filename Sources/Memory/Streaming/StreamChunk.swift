/// Bytes of a file.
public struct StreamExtent: Sendable {
    /// The file they are in.
    public let file: StreamFile
    /// The first of them.
    public let offset: Int
    /// How many.
    public let byteCount: Int

    /// Names bytes of a file.
    public init(file: StreamFile, offset: Int, byteCount: Int) {
        precondition(offset >= 0 && byteCount >= 0, "an extent lies within a file")
        self.file = file
        self.offset = offset
        self.byteCount = byteCount
    }
}

/// What is read into one slot of a ring: one or a few extents.
///
/// In the slot each extent begins at a block boundary; but where reads bypass the kernel's cache, which then need no copy, as far behind
/// one as in its file, so its address is only as aligned as its offset there.
public struct StreamChunk: Sendable {
    /// A read that brings a part of an extent.
    struct Piece {
        let file: StreamFile
        let fileOffset: Int
        let byteCount: Int
        /// How many of the bytes belong to the extent or lie before it; a file may end behind them.
        let needed: Int
        let slotOffset: Int
    }

    /// The extents in the order they were given.
    public let extents: [StreamExtent]
    /// Where in its slot each extent lies.
    public let slotRanges: [Range<Int>]
    /// Bytes of ring that the chunk takes.
    public let slotByteCount: Int

    /// Lays extents out in a slot. Extents that are neighbours in a file are best given as one.
    public init(_ extents: [StreamExtent]) {
        var slotRanges: [Range<Int>] = []
        var end = 0
        for extent in extents {
            let start = end + extent.head
            slotRanges.append(start..<start + extent.byteCount)
            end = (start + extent.byteCount).roundedUp(to: StreamFile.blockByteCount)
        }
        self.extents = extents
        self.slotRanges = slotRanges
        slotByteCount = end
    }

    /// Reads the chunk into memory that the host can address, from the calling thread.
    /// - Parameters:
    ///   - storage: where to; its address and `offset` are multiples of 4096.
    ///   - offset: bytes from its start to the slot.
    /// - Throws: `StreamError` of the first read that failed.
    public func load(into storage: Storage, at offset: Int = 0) throws(StreamError) {
        precondition(offset + slotByteCount <= storage.byteCount, "the chunk does not fit the storage")
        guard let address = storage.address else { return }
        for piece in pieces(byteCount: 4 << 20) {
            try piece.file.read(
                at: piece.fileOffset, byteCount: piece.byteCount, needed: piece.needed, into: address + offset + piece.slotOffset)
        }
    }

    /// Bytes of the extents alone.
    public var byteCount: Int { extents.reduce(0) { $0 + $1.byteCount } }

    /// How many reads of at most `byteCount` bytes, a multiple of 4096, bring the chunk.
    public func pieceCount(byteCount: Int) -> Int { pieces(byteCount: byteCount).count }

    /// Reads of at most `byteCount` bytes, a multiple of the block.
    func pieces(byteCount: Int) -> [Piece] {
        zip(extents, slotRanges).filter { !$0.1.isEmpty }.flatMap { extent, slot in
            let head = extent.head
            return stride(from: 0, to: head + extent.byteCount, by: byteCount).map { start in
                let needed = min(byteCount, head + extent.byteCount - start)
                return Piece(
                    file: extent.file, fileOffset: extent.offset - head + start,
                    byteCount: extent.file.caching == .bypassed ? needed.roundedUp(to: StreamFile.blockByteCount) : needed, needed: needed,
                    slotOffset: slot.lowerBound - head + start)
            }
        }
    }
}

extension StreamExtent {
    /// Bytes that are read before it, so that the read begins at a block boundary.
    fileprivate var head: Int { file.caching == .bypassed ? offset % StreamFile.blockByteCount : 0 }
}
