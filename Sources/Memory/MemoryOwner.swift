/// What bytes are held for; every byte in the ledger has exactly one owner.
///
/// A device that hands out buffers one by one books them for what is stored in them; a device that maps pages books a page for
/// the region it is mapped in.
public enum MemoryOwner: String, CaseIterable, Sendable {
    /// Buffers of weights, converted or copied onto the device one by one.
    case weights
    /// Intermediate tensors of a phase.
    case activations
    /// Scratch of library calls, at the size the library stated beforehand.
    case workspace
    /// The hoisted modulation rows of every step.
    case modulation
    /// What a run keeps from one phase to the next besides: the encoded prompt, positions, latents.
    case conditioning
    /// Pages of weights that stay on the device.
    case resident
    /// Pages of the ring that weights stream through.
    case ring
    /// Pages of the arena that a phase's plan lies in.
    case arena
    /// Pages that exist and are mapped nowhere, kept for the next region that grows.
    case freePool
    /// What the device's context, loaded modules and library internals hold; measured, not asked for.
    case context
    /// Host memory that is locked, so that a device can copy from it.
    case pinned
    /// What others hold of a device that is shared with them; measured, not asked for.
    case external
}
