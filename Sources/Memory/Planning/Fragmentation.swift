/// How much of what is mapped is not held, in the four ways that answer different questions. All are shares from 0 to 1.
public struct Fragmentation: Equatable, Sendable {
    /// f_peak = 1 − most held ÷ most mapped: how much the worst moment takes in vain.
    public let peak: Double
    /// f_now = (mapped − held) ÷ mapped, at this instant.
    public let now: Double
    /// f_hole = 1 − largest free extent ÷ all that is free: whether one large buffer could still be placed.
    public let hole: Double
    /// f_int = 1 − requested ÷ rounded: what alignment costs.
    public let rounding: Double

    /// Measures a region.
    /// - Parameters:
    ///   - held: bytes of each buffer held now, within the region, rounded up as they were taken.
    ///   - requestedByteCount: what was asked for those buffers.
    ///   - peakByteCount: most bytes held at once so far.
    ///   - mappedByteCount: bytes mapped now, from the region's start.
    ///   - peakMappedByteCount: most bytes mapped at once so far.
    public init(held: [Range<Int>], requestedByteCount: Int, peakByteCount: Int, mappedByteCount: Int, peakMappedByteCount: Int) {
        let live = held.reduce(0) { $0 + $1.count }
        var free: [Int] = []
        var end = 0
        for bytes in held.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if bytes.lowerBound > end { free.append(bytes.lowerBound - end) }
            end = max(end, bytes.upperBound)
        }
        if mappedByteCount > end { free.append(mappedByteCount - end) }
        peak = Self.missing(peakByteCount, of: peakMappedByteCount)
        now = Self.missing(live, of: mappedByteCount)
        hole = Self.missing(free.max() ?? 0, of: free.reduce(0, +))
        rounding = Self.missing(requestedByteCount, of: live)
    }

    private static func missing(_ part: Int, of whole: Int) -> Double { whole == 0 ? 0 : 1 - Double(part) / Double(whole) }
}
