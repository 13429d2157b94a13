/// What bytes are held for; every byte in the ledger has exactly one owner.
public enum MemoryOwner: String, CaseIterable, Sendable {
    /// Weights converted or copied onto the device.
    case weights
    /// Intermediate tensors of a phase.
    case activations
    /// Scratch of library calls, at the size the library stated beforehand.
    case workspace
    /// The hoisted modulation rows of every step.
    case modulation
}
