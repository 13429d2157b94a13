extension HostDevice: PagedDevice {
    /// What the process holds now, and room for code, threads and results to come.
    public var contextByteCount: Int { HostMemory.residentByteCount + (64 << 20) }

    public var totalByteCount: Int? { nil }

    /// What is available now, less 2 GiB for everybody else, on small machines less a quarter.
    public var defaultBudgetByteCount: Int {
        let available = HostMemory.availableByteCount
        return available - min(2 << 30, available / 4)
    }

    /// Copies would take what the budget is about.
    public var fileCaching: StreamFile.Caching { .bypassed }

    public func booking(on ledger: Ledger) -> any PagedDevice { HostDevice(ledger: ledger) }

    public func makeVirtualMemory() throws(MemoryError) -> any VirtualMemoryBackend { try HostVirtualMemory() }

    public func makeStreamer(
        _ schedule: RingSchedule, _ chunks: [StreamChunk], ring: Storage
    ) -> RingStreamer {
        RingStreamer(schedule: schedule, chunks: chunks, ring: ring)
    }

    public func load(_ chunk: StreamChunk, into storage: Storage) throws { try chunk.load(into: storage) }

    /// Operations have ended when they return.
    public func settle() {}
}
