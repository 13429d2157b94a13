import Glibc
import Synchronization

/// The host's memory behind the device protocol: pages are spans of an unnamed in-memory file, mapped where they are wanted.
///
/// What a page costs shows when it is made, not at the first touch: a span of the file is committed as a whole.
public final class HostVirtualMemory: VirtualMemoryBackend {
    /// 2 MiB, as on the GPUs this stands in for.
    public let granularity = 2 << 20
    private let descriptor: Int32
    private let availableByteCount: @Sendable () -> Int
    private let state = Mutex(State())

    fileprivate struct State {
        /// Where the next page begins in the file. Spans are never used again: the file is sparse and longer than any use of it.
        var fileByteCount = 0
        var nextID = 0
        var pages: [Int: Page] = [:]
        var pageAtAddress: [UInt: Int] = [:]
        var rangeByteCounts: [UInt: Int] = [:]
    }

    fileprivate struct Page {
        let page: PhysicalPage
        let fileOffset: Int
        var address: UInt?
    }

    /// Memory with no pages yet.
    /// - Parameter availableByteCount: bytes that may still be taken; asked before each page.
    /// - Throws: `MemoryError.callFailed` when the kernel gives no in-memory file.
    public init(availableByteCount: @escaping @Sendable () -> Int = { HostMemory.availableByteCount }) throws(MemoryError) {
        self.availableByteCount = availableByteCount
        switch LinuxCalls.anonymousFile("sluice") {
        case .success(let descriptor): self.descriptor = descriptor
        case .failure(let code): throw .callFailed(call: "memfd_create", byteCount: 0, code: code.value)
        }
    }

    deinit {
        for (address, byteCount) in state.withLock({ $0.rangeByteCounts }) { munmap(pointer(address), byteCount) }
        close(descriptor)
    }

    public func reserve(byteCount: Int) throws(MemoryError) -> AddressRange {
        precondition(byteCount > 0 && byteCount % granularity == 0, "reserved size is not a multiple of the granularity")
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let base = mmap(nil, byteCount, PROT_NONE, flags, -1, 0), base != MAP_FAILED else {
            throw .callFailed(call: "mmap", byteCount: byteCount, code: errno)
        }
        let address = UInt(bitPattern: base)
        state.withLock { $0.rangeByteCounts[address] = byteCount }
        return AddressRange(address: address, byteCount: byteCount)
    }

    public func createPage(byteCount: Int) throws(MemoryError) -> PhysicalPage {
        precondition(byteCount > 0 && byteCount % granularity == 0, "page size is not a multiple of the granularity")
        return try state.withLock { (state) throws(MemoryError) in
            // The kernel would not refuse: it commits what it has and then ends a process.
            let code =
                byteCount > availableByteCount()
                ? ENOMEM : LinuxCalls.commit(descriptor, offset: state.fileByteCount, byteCount: byteCount)
            guard code == 0 else { throw .deviceExhausted(device: "host", owner: .freePool, requestedByteCount: byteCount, code: code) }
            let page = PhysicalPage(id: state.nextID, byteCount: byteCount)
            state.pages[page.id] = Page(page: page, fileOffset: state.fileByteCount)
            state.nextID += 1
            state.fileByteCount += byteCount
            return page
        }
    }

    public func map(_ page: PhysicalPage, at offset: Int, in range: borrowing AddressRange) throws(MemoryError) {
        precondition(offset >= 0 && offset % granularity == 0 && offset <= range.byteCount - page.byteCount, "mapped outside the range")
        let address = range.address + UInt(offset)
        try state.withLock { (state) throws(MemoryError) in
            guard let known = state.pages[page.id] else { preconditionFailure("mapped a page that does not exist") }
            precondition(known.address == nil, "mapped a page that is mapped already")
            precondition(!state.holdsPage(in: address..<address + UInt(page.byteCount)), "mapped over another page")
            // Populated now, so that no first touch costs a fault later.
            let flags = MAP_SHARED | MAP_FIXED | MAP_POPULATE
            let mapped = mmap(pointer(address), page.byteCount, PROT_READ | PROT_WRITE, flags, descriptor, off_t(known.fileOffset))
            guard mapped != MAP_FAILED else { throw .callFailed(call: "mmap", byteCount: page.byteCount, code: errno) }
            state.pages[page.id]?.address = address
            state.pageAtAddress[address] = page.id
        }
    }

    public func unmap(_ bytes: Range<Int>, in range: borrowing AddressRange) throws(MemoryError) {
        precondition(bytes.lowerBound >= 0 && bytes.upperBound <= range.byteCount, "unmapped outside the range")
        let addresses = range.address + UInt(bytes.lowerBound)..<range.address + UInt(bytes.upperBound)
        try state.withLock { (state) throws(MemoryError) in
            let ids = state.wholePages(in: addresses)
            // Mapped over, since unmapping would let another thread's mapping into the hole.
            let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED
            guard mmap(pointer(addresses.lowerBound), bytes.count, PROT_NONE, flags, -1, 0) != MAP_FAILED else {
                throw .callFailed(call: "mmap", byteCount: bytes.count, code: errno)
            }
            for id in ids {
                if let address = state.pages[id]?.address { state.pageAtAddress[address] = nil }
                state.pages[id]?.address = nil
            }
        }
    }

    public func destroyPage(_ page: PhysicalPage) throws(MemoryError) {
        try state.withLock { (state) throws(MemoryError) in
            guard let known = state.pages[page.id] else { preconditionFailure("destroyed a page that does not exist") }
            // A hole punched under a mapping would silently grow back at the next touch.
            precondition(known.address == nil, "destroyed a page that is mapped")
            let code = LinuxCalls.decommit(descriptor, offset: known.fileOffset, byteCount: page.byteCount)
            guard code == 0 else { throw .callFailed(call: "fallocate", byteCount: page.byteCount, code: code) }
            state.pages[page.id] = nil
        }
    }

    public func release(_ range: consuming AddressRange) throws(MemoryError) {
        try state.withLock { (state) throws(MemoryError) in
            precondition(state.rangeByteCounts[range.address] == range.byteCount, "released a range that is not reserved")
            precondition(!state.holdsPage(in: range.address..<range.address + UInt(range.byteCount)), "released a range with pages in it")
            guard munmap(pointer(range.address), range.byteCount) == 0 else {
                throw .callFailed(call: "munmap", byteCount: range.byteCount, code: errno)
            }
            state.rangeByteCounts[range.address] = nil
        }
    }

    public func physicalByteCount() throws(MemoryError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .callFailed(call: "fstat", byteCount: 0, code: errno) }
        return Int(status.st_blocks) * 512
    }

    private func pointer(_ address: UInt) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: address) }
}

extension HostVirtualMemory.State {
    fileprivate func holdsPage(in addresses: Range<UInt>) -> Bool {
        pages.values.contains { page in
            page.address.map { addresses.overlaps($0..<$0 + UInt(page.page.byteCount)) } ?? false
        }
    }

    /// The pages that fill `addresses` without a gap.
    fileprivate func wholePages(in addresses: Range<UInt>) -> [Int] {
        var ids: [Int] = []
        var address = addresses.lowerBound
        while address < addresses.upperBound {
            guard let id = pageAtAddress[address], let page = pages[id] else { preconditionFailure("unmapped what is not a whole page") }
            ids.append(id)
            address += UInt(page.page.byteCount)
        }
        precondition(address == addresses.upperBound, "unmapped a part of a page")
        return ids
    }
}
