/// Why memory could not be had or used.
public enum MemoryError: Error, Equatable, Sendable {
    /// The account would pass its budget: nothing was taken from the device.
    case overBudget(device: String, owner: MemoryOwner, requestedByteCount: Int, bookedByteCount: Int, budgetByteCount: Int)
    /// The device itself had no memory left although the budget allowed it.
    case deviceExhausted(device: String, owner: MemoryOwner, requestedByteCount: Int, code: Int32)
    /// A call that manages addresses or pages failed; what it should have changed is as it was.
    case callFailed(call: String, byteCount: Int, code: Int32)
    /// A region or segment would outgrow the addresses reserved for it.
    case addressesExhausted(owner: MemoryOwner, requestedByteCount: Int, reservedByteCount: Int)
    /// A ring cannot hold the chunks that one use needs at the same time.
    case ringTooSmall(ringByteCount: Int, minimumByteCount: Int)
    /// The run asked for another sequence of buffers than the one its arena was planned for: allocation `index` of `plannedCount`.
    case planMismatch(index: Int, plannedCount: Int, plannedByteCount: Int?, requestedByteCount: Int)
    /// Allocation `index` would lie over bytes that allocation `heldIndex` still holds, longer than planned.
    case planOverlap(index: Int, heldIndex: Int)
}

extension MemoryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .overBudget(let device, let owner, let requested, let booked, let budget):
            "\(device): \(requested) bytes for \(owner.rawValue) would exceed the budget of \(budget) bytes (\(booked) in use)"
        case .deviceExhausted(let device, let owner, let requested, let code):
            "\(device): the device has no \(requested) bytes left for \(owner.rawValue) (error \(code))"
        case .callFailed(let call, let byteCount, let code): "\(call) of \(byteCount) bytes failed (error \(code))"
        case .addressesExhausted(let owner, let requested, let reserved):
            "\(requested) bytes for \(owner.rawValue) exceed the \(reserved) bytes of addresses reserved for it"
        case .ringTooSmall(let ring, let minimum): "a ring of \(ring) bytes is too small, the least is \(minimum)"
        case .planMismatch(let index, let count, let planned?, let requested):
            "allocation \(index) of \(count) asked for \(requested) bytes where the arena's plan has \(planned)"
        case .planMismatch(let index, let count, nil, let requested):
            "allocation \(index) of \(requested) bytes comes after the \(count) that the arena was planned for"
        case .planOverlap(let index, let held):
            "allocation \(index) would overwrite allocation \(held), which is held longer than the arena's plan says"
        }
    }
}

extension MemoryError {
    /// Whether giving memory back elsewhere can help.
    var isLackOfMemory: Bool {
        switch self {
        case .overBudget, .deviceExhausted: true
        default: false
        }
    }

    /// The same error about the owner that the memory was finally for.
    func naming(_ owner: MemoryOwner) -> MemoryError {
        switch self {
        case .overBudget(let device, _, let requested, let booked, let budget):
            .overBudget(
                device: device, owner: owner, requestedByteCount: requested, bookedByteCount: booked, budgetByteCount: budget)
        case .deviceExhausted(let device, _, let requested, let code):
            .deviceExhausted(device: device, owner: owner, requestedByteCount: requested, code: code)
        default: self
        }
    }
}
