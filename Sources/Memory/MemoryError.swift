/// Why memory could not be had or used.
public enum MemoryError: Error, Equatable, Sendable {
    /// The account would pass its budget: nothing was taken from the device.
    case overBudget(device: String, owner: MemoryOwner, requestedByteCount: Int, bookedByteCount: Int, budgetByteCount: Int)
    /// The device itself had no memory left although the budget allowed it.
    case deviceExhausted(device: String, owner: MemoryOwner, requestedByteCount: Int, code: Int32)
}

extension MemoryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .overBudget(let device, let owner, let requested, let booked, let budget):
            "\(device): \(requested) bytes for \(owner.rawValue) would exceed the budget of \(budget) bytes (\(booked) in use)"
        case .deviceExhausted(let device, let owner, let requested, let code):
            "\(device): the device has no \(requested) bytes left for \(owner.rawValue) (error \(code))"
        }
    }
}
