import Memory

/// How an engine uses its device's memory.
public enum MemoryPolicy: Sendable, Equatable {
    /// Weights are used where the file system maps them, buffers are taken as they are needed; nothing is promised.
    case unplanned
    /// The device holds at most this many bytes for a run at any moment, or the run is refused before it begins.
    case budget(byteCount: Int, offload: Offload)

    /// What a run may take when nobody says: what is available now, less 2 GiB for everybody else, on small machines less a quarter.
    public static var defaultBudgetByteCount: Int { HostDevice().defaultBudgetByteCount }
}
