/// The reserved addresses of each region; `nil` once released.
struct RegionRanges: ~Copyable {
    private var resident: AddressRange?
    private var ring: AddressRange?
    private var arena: AddressRange?
    /// First address of each region, by its raw value.
    private(set) var addresses: [UInt] = []

    /// Reserves all of them, or none when one fails.
    init(byteCount: Int, backend: any VirtualMemoryBackend) throws(MemoryError) {
        do {
            resident = try reserve(byteCount, from: backend)
            ring = try reserve(byteCount, from: backend)
            arena = try reserve(byteCount, from: backend)
        } catch {
            try release(to: backend)
            throw error
        }
    }

    private mutating func reserve(_ byteCount: Int, from backend: any VirtualMemoryBackend) throws(MemoryError) -> AddressRange {
        let range = try backend.reserve(byteCount: byteCount)
        addresses.append(range.address)
        return range
    }

    /// Calls `body` with the range of a region.
    borrowing func with(_ region: Region, _ body: (borrowing AddressRange) throws(MemoryError) -> Void) throws(MemoryError) {
        switch region {
        case .resident: try apply(body, to: resident)
        case .ring: try apply(body, to: ring)
        case .arena: try apply(body, to: arena)
        }
    }

    private borrowing func apply(
        _ body: (borrowing AddressRange) throws(MemoryError) -> Void, to range: borrowing AddressRange?
    ) throws(MemoryError) {
        switch range {
        case .some(let range): try body(range)
        case .none: preconditionFailure("the region was released")
        }
    }

    /// Gives the addresses back.
    mutating func release(to backend: any VirtualMemoryBackend) throws(MemoryError) {
        if let range = resident.take() { try backend.release(range) }
        if let range = ring.take() { try backend.release(range) }
        if let range = arena.take() { try backend.release(range) }
    }
}
