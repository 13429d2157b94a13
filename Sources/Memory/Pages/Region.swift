/// The address ranges a device's memory is used through, each reserved once at the full budget's size.
public enum Region: Int, CaseIterable, Sendable {
    /// Weights that stay.
    case resident
    /// Slots that weights stream through.
    case ring
    /// What a phase computes in, laid out by its plan.
    case arena

    /// The owner that pages mapped in this region are booked for.
    public var owner: MemoryOwner {
        switch self {
        case .resident: .resident
        case .ring: .ring
        case .arena: .arena
        }
    }
}
