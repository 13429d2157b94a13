/// Pages that exist and are mapped nowhere, booked for `freePool`.
///
/// Pages have two sizes and are never split: large ones map far cheaper per byte, small ones bound what rounding wastes.
struct PagePool {
    static let largePageByteCount = 32 << 20

    private let backend: any VirtualMemoryBackend
    private let ledger: Ledger
    private let log: PageLog
    private(set) var pages: [PhysicalPage] = []
    /// What the account is to stay below as long as kept pages can be given back instead.
    var expectedByteCount = Int.max

    init(backend: any VirtualMemoryBackend, ledger: Ledger, log: PageLog) {
        self.backend = backend
        self.ledger = ledger
        self.log = log
    }

    /// A page of this size, kept or made. It stays in the pool until `remove`.
    ///
    /// When there is no room for a new page, kept pages of the other size make it.
    mutating func page(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> PhysicalPage {
        if let kept = pages.last(where: { $0.byteCount == byteCount }) { return kept }
        while ledger.reading.liveByteCount + byteCount > expectedByteCount, let victim = pages.last { try destroy(victim) }
        while true {
            do throws(MemoryError) {
                return try create(byteCount: byteCount)
            } catch {
                guard error.isLackOfMemory, let victim = pages.last else { throw error.naming(owner) }
                try destroy(victim)
            }
        }
    }

    /// Takes a page that was just mapped out of the pool.
    mutating func remove(_ page: PhysicalPage, for owner: MemoryOwner) {
        guard let index = pages.lastIndex(of: page) else { preconditionFailure("the page is not in the pool") }
        pages.remove(at: index)
        ledger.transfer(page.byteCount, from: .freePool, to: owner)
    }

    /// Keeps a page that was just unmapped.
    mutating func insert(_ page: PhysicalPage, from owner: MemoryOwner) {
        pages.append(page)
        ledger.transfer(page.byteCount, from: owner, to: .freePool)
    }

    /// Gives kept pages back to the device.
    mutating func trim() throws(MemoryError) {
        while let page = pages.last { try destroy(page) }
    }

    private mutating func create(byteCount: Int) throws(MemoryError) -> PhysicalPage {
        try ledger.book(byteCount, for: .freePool)
        do {
            let page = try log.noting(.create, .freePool, byteCount) { () throws(MemoryError) in
                try backend.createPage(byteCount: byteCount)
            }
            pages.append(page)
            return page
        } catch {
            ledger.release(byteCount, for: .freePool)
            throw error
        }
    }

    private mutating func destroy(_ page: PhysicalPage) throws(MemoryError) {
        try log.noting(.destroy, .freePool, page.byteCount) { () throws(MemoryError) in try backend.destroyPage(page) }
        pages.removeAll { $0 == page }
        ledger.release(page.byteCount, for: .freePool)
    }
}
