/// A part of a chunk on its way into the ring.
public struct RingPiece: Sendable {
    /// Which fill of the schedule it belongs to.
    public let fill: Int
    /// Which chunk it is of, and which piece of that.
    public let chunk: Int, index: Int
    /// Where it goes, relative to the ring, and to the chunk's slot.
    public let ringOffset: Int, slotOffset: Int
    /// How much is read, bytes.
    public let byteCount: Int
}

/// How bytes of files get into a ring: read where they stay, or sent to a device that has memory of its own.
///
/// Sending may still be under way when these calls return, and so may the operations that read the ring; then the link makes either
/// side wait for the other on the device, never on the host. Within one fill, `beginFill` comes before every `carry`, and `endFill`
/// after all of them have returned. A fill begins only after the use that it waits for was ended.
public protocol RingLink: Sendable {
    /// The fill's bytes may be overwritten from now on, once the use that the schedule names has read them.
    func beginFill(_ fill: RingSchedule.Fill, _ index: Int) throws(StreamError)

    /// Gets a piece into the ring; from any reader thread, several at a time.
    /// - Parameter read: reads the piece to an address that is a multiple of 4096, unless its chunk is at hand already.
    func carry(_ piece: RingPiece, reading read: (UnsafeMutableRawPointer) throws(StreamError) -> Void) throws(StreamError)

    /// Nothing of the fill is left to be sent.
    func endFill(_ index: Int) throws(StreamError)

    /// Operations issued from now on read the chunks of these fills.
    func beginUse(_ use: Int, fills: Range<Int>) throws(StreamError)

    /// No operation issued from now on reads the chunks of this use.
    func endUse(_ use: Int) throws(StreamError)

    /// The log with times of the device, for what it has done, in place of the host's.
    func timed(_ log: StreamLog) -> StreamLog
}

/// A ring in memory that the host reads into and computes in: what has been read is there, and who has returned has read.
///
/// SAFETY: the address never changes; the state machine that calls this keeps writers and readers apart.
struct HostRing: RingLink, @unchecked Sendable {
    let address: UnsafeMutableRawPointer?

    func beginFill(_ fill: RingSchedule.Fill, _ index: Int) {}

    func carry(_ piece: RingPiece, reading read: (UnsafeMutableRawPointer) throws(StreamError) -> Void) throws(StreamError) {
        if let address { try read(address + piece.ringOffset) }
    }

    func endFill(_ index: Int) {}
    func beginUse(_ use: Int, fills: Range<Int>) {}
    func endUse(_ use: Int) {}
    func timed(_ log: StreamLog) -> StreamLog { log }
}
