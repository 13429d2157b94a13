import Synchronization

/// The memory of a device in three regions whose sizes change by moving pages among them.
///
/// Pages move at phase boundaries only, when nothing runs that uses them. After a call that throws, every page is still booked
/// for the region it is in, and another call may follow: a region that was to grow may have grown in part.
public final class PagedRegions: Sendable {
    /// A page and where in its region it lies.
    public struct Placement: Equatable, Sendable {
        /// The page mapped there.
        public let page: PhysicalPage
        /// First byte, relative to the region.
        public let offset: Int
        /// The bytes of the region behind which the page lies.
        public var bytes: Range<Int> { offset..<offset + page.byteCount }
    }

    /// The account of the pages.
    public let ledger: Ledger
    /// Bytes of addresses reserved for each region.
    public let reservedByteCount: Int
    /// The unit of region sizes, bytes.
    public let granularity: Int
    /// The calls that moved pages.
    public let log = PageLog()
    private let backend: any VirtualMemoryBackend
    private let addresses: [UInt]
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var pool: PagePool
        var mapped: [[Placement]]
        var ranges: RegionRanges

        mutating func insert(_ placement: Placement, in region: Region) {
            let index = mapped[region.rawValue].firstIndex { $0.offset > placement.offset } ?? mapped[region.rawValue].count
            mapped[region.rawValue].insert(placement, at: index)
        }
    }

    /// Reserves addresses for each region; no memory is taken.
    /// - Parameters:
    ///   - backend: the device.
    ///   - ledger: where pages are booked before they are made.
    ///   - reservedByteCount: the most a region may ever hold, usually the whole budget; rounded up to the granularity.
    /// - Throws: `MemoryError.callFailed`.
    public init(backend: any VirtualMemoryBackend, ledger: Ledger, reservedByteCount: Int) throws(MemoryError) {
        self.backend = backend
        self.ledger = ledger
        granularity = backend.granularity
        self.reservedByteCount = reservedByteCount.roundedUp(to: backend.granularity)
        let ranges = try RegionRanges(byteCount: self.reservedByteCount, backend: backend)
        addresses = ranges.addresses
        state = Mutex(
            State(pool: PagePool(backend: backend, ledger: ledger, log: log), mapped: Region.allCases.map { _ in [] }, ranges: ranges))
    }

    /// The first address of a region, in the device's own terms; it never changes.
    public func address(of region: Region) -> UInt { addresses[region.rawValue] }

    /// A span of a region for use until its pages are unmapped; nothing is booked or returned with it.
    public func storage(_ region: Region, _ bytes: Range<Int>) -> Storage {
        Storage(address: UnsafeMutableRawPointer(bitPattern: address(of: region) + UInt(bytes.lowerBound)), byteCount: bytes.count) {}
    }

    /// The pages of a region in order of offset.
    public func placements(in region: Region) -> [Placement] { state.withLock { $0.mapped[region.rawValue] } }

    /// Bytes of memory mapped in a region.
    public func mappedByteCount(of region: Region) -> Int {
        state.withLock { $0.mapped[region.rawValue].reduce(0) { $0 + $1.page.byteCount } }
    }

    /// Bytes of pages that exist and are mapped nowhere.
    public var freeByteCount: Int { state.withLock { $0.pool.pages.reduce(0) { $0 + $1.byteCount } } }

    /// Maps pages wherever `bytes` of a region has none; contents of new bytes are undefined, of mapped ones unchanged.
    /// - Throws: `MemoryError` when pages cannot be had or mapped; then `bytes` may be covered in part.
    public func cover(_ bytes: Range<Int>, of region: Region) throws(MemoryError) {
        guard bytes.upperBound <= reservedByteCount else {
            throw .addressesExhausted(owner: region.owner, requestedByteCount: bytes.upperBound, reservedByteCount: reservedByteCount)
        }
        let wanted = bytes.lowerBound / granularity * granularity..<bytes.upperBound.roundedUp(to: granularity)
        try state.withLock { (state) throws(MemoryError) in
            for gap in Self.gaps(in: wanted, between: state.mapped[region.rawValue]) {
                var offset = gap.lowerBound
                while offset < gap.upperBound {
                    let byteCount = gap.upperBound - offset < PagePool.largePageByteCount ? granularity : PagePool.largePageByteCount
                    let page = try state.pool.page(byteCount: byteCount, for: region.owner)
                    try log.noting(.map, region.owner, byteCount) { () throws(MemoryError) in
                        try state.ranges.with(region) { (range) throws(MemoryError) in try backend.map(page, at: offset, in: range) }
                    }
                    state.pool.remove(page, for: region.owner)
                    state.insert(Placement(page: page, offset: offset), in: region)
                    offset += byteCount
                }
            }
        }
    }

    /// Unmaps the pages that lie wholly within `bytes` of a region and keeps them for whoever grows next.
    public func uncover(_ bytes: Range<Int>, of region: Region) throws(MemoryError) {
        try uncover(region) { bytes.lowerBound <= $0.offset && $0.bytes.upperBound <= bytes.upperBound }
    }

    /// Makes a region hold exactly its first `byteCount` bytes, rounded up to the granularity.
    ///
    /// The pages under its first `keepingByteCount` bytes stay with their contents, even where a large one reaches beyond
    /// `byteCount`; contents of the rest are undefined.
    /// - Returns: bytes mapped in the region.
    @discardableResult
    public func resize(_ region: Region, to byteCount: Int, keeping keepingByteCount: Int = 0) throws(MemoryError) -> Int {
        let target = byteCount.roundedUp(to: granularity)
        let large = PagePool.largePageByteCount
        try uncover(region) { placement in
            // A page where the same size would be mapped again may as well stay.
            let isInPlace =
                placement.page.byteCount == large
                ? placement.offset % large == 0 && placement.bytes.upperBound <= target
                : placement.offset >= target / large * large && placement.offset < target
            return placement.offset >= keepingByteCount && !isInPlace
        }
        try cover(0..<target, of: region)
        return mappedByteCount(of: region)
    }

    /// From now on pages that are mapped nowhere are given back before the account passes `byteCount`; above it, new pages are still made.
    public func expect(peakByteCount byteCount: Int) { state.withLock { $0.pool.expectedByteCount = byteCount } }

    /// Gives pages that are mapped nowhere back to the device.
    public func trim() throws(MemoryError) {
        try state.withLock { (state) throws(MemoryError) in try state.pool.trim() }
    }

    /// Unmaps and gives back every page; the regions stay reserved and may grow again.
    public func removeAll() throws(MemoryError) {
        for region in Region.allCases { try uncover(region) { _ in true } }
        try trim()
    }

    private func uncover(_ region: Region, where isUnwanted: (Placement) -> Bool) throws(MemoryError) {
        try state.withLock { (state) throws(MemoryError) in
            for placement in state.mapped[region.rawValue].reversed() where isUnwanted(placement) {
                try log.noting(.unmap, region.owner, placement.page.byteCount) { () throws(MemoryError) in
                    try state.ranges.with(region) { (range) throws(MemoryError) in try backend.unmap(placement.bytes, in: range) }
                }
                state.mapped[region.rawValue].removeAll { $0 == placement }
                state.pool.insert(placement.page, from: region.owner)
            }
        }
    }

    private static func gaps(in wanted: Range<Int>, between placements: [Placement]) -> [Range<Int>] {
        var gaps: [Range<Int>] = []
        var start = wanted.lowerBound
        for placement in placements where placement.bytes.overlaps(wanted) {
            if placement.offset > start { gaps.append(start..<placement.offset) }
            start = placement.bytes.upperBound
        }
        if start < wanted.upperBound { gaps.append(start..<wanted.upperBound) }
        return gaps
    }

    deinit {
        do {
            try removeAll()
            try state.withLock { (state) throws(MemoryError) in try state.ranges.release(to: backend) }
        } catch {
            // What the device would not take back is still held, and so it stays booked.
        }
    }
}
