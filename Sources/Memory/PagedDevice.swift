/// A device whose memory can be laid out by a plan: it has pages, and a way for weights to get into them.
public protocol PagedDevice: MemoryDevice {
    /// What the device holds besides what is planned: the process on the host, context and code on others; bytes.
    var contextByteCount: Int { get }

    /// All memory of the device, bytes; `nil` where more than there is may be asked for, as others may give some up.
    var totalByteCount: Int? { get }

    /// What a run may take when nobody says, bytes.
    var defaultBudgetByteCount: Int { get }

    /// The same memory, booked on another account.
    func booking(on ledger: Ledger) -> any PagedDevice

    /// What becomes of the host's copies of files that weights are read from.
    var fileCaching: StreamFile.Caching { get }

    /// A source of pages.
    func makeVirtualMemory() throws(MemoryError) -> any VirtualMemoryBackend

    /// A streamer at rest whose ring begins at `ring`.
    func makeStreamer(_ schedule: RingSchedule, _ chunks: [StreamChunk], ring: Storage) throws -> RingStreamer

    /// Reads a chunk into memory of the device, which operations issued from now on may read.
    func load(_ chunk: StreamChunk, into storage: Storage) throws

    /// Waits until nothing that was issued so far uses the device's memory: before pages move.
    func settle() throws(MemoryError)
}
