/// A device whose memory can be laid out by a plan: it has pages, and a way for weights to get into them.
public protocol PagedDevice: MemoryDevice {
    /// What the device holds besides what is planned: the process on the host, context and code on others; bytes.
    var contextByteCount: Int { get }

    /// What a run may take when nobody says, bytes.
    var defaultBudgetByteCount: Int { get }

    /// The same memory, booked on another account.
    func booking(on ledger: Ledger) -> any PagedDevice

    /// A source of pages.
    func makeVirtualMemory() throws(MemoryError) -> any VirtualMemoryBackend

    /// A streamer at rest whose ring begins at `ring`.
    /// - Parameter repeats: how often each chunk is read in the run, by its index; what is read once need not be kept at hand.
    func makeStreamer(_ schedule: RingSchedule, _ chunks: [StreamChunk], ring: Storage, repeats: [Int]) throws -> RingStreamer

    /// Reads a chunk into memory of the device, which operations issued from now on may read.
    func load(_ chunk: StreamChunk, into storage: Storage) throws

    /// Waits until nothing that was issued so far uses the device's memory: before pages move.
    func settle() throws(MemoryError)
}
