extension PagedRegions {
    /// Gives every named region its size for a phase, those that shrink first, so that those that grow find their pages.
    /// - Parameters:
    ///   - byteCounts: new sizes; other regions stay as they are.
    ///   - keepingByteCounts: for each region, how many of its first bytes keep their contents; none where not named.
    /// - Throws: `MemoryError`; then some of the regions may have their new size and others not.
    public func beginPhase(_ byteCounts: [Region: Int], keeping keepingByteCounts: [Region: Int] = [:]) throws(MemoryError) {
        let regions = byteCounts.keys.sorted { a, b in
            let growth = [a, b].map { byteCounts[$0, default: 0] - mappedByteCount(of: $0) }
            return (growth[0], a.rawValue) < (growth[1], b.rawValue)
        }
        for region in regions {
            try resize(region, to: byteCounts[region, default: 0], keeping: keepingByteCounts[region, default: 0])
        }
    }
}
