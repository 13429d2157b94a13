import Memory
import Testing

/// What every backend of virtual memory must do, shown on the host's.
struct VirtualMemoryContractTests {
    private let memory: HostVirtualMemory
    private let unit: Int

    init() throws {
        memory = try HostVirtualMemory()
        unit = memory.granularity
    }

    private func bytes(at offset: Int, in range: borrowing AddressRange) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutablePointer(bitPattern: range.address + UInt(offset))!
    }

    @Test func `addresses cost no memory`() throws {
        let range = try memory.reserve(byteCount: 1 << 40)
        #expect(try memory.physicalByteCount() == 0)
        try memory.release(range)
    }

    @Test func `only making and destroying pages changes physical use`() throws {
        let range = try memory.reserve(byteCount: 8 * unit)
        let large = try memory.createPage(byteCount: 4 * unit)
        #expect(try memory.physicalByteCount() == 4 * unit)
        let small = try memory.createPage(byteCount: unit)
        #expect(try memory.physicalByteCount() == 5 * unit)
        try memory.map(large, at: 0, in: range)
        try memory.map(small, at: 5 * unit, in: range)
        for offset in stride(from: 0, to: 4 * unit, by: 4096) { bytes(at: offset, in: range).pointee = 1 }
        bytes(at: 5 * unit, in: range).pointee = 2
        #expect(try memory.physicalByteCount() == 5 * unit)
        try memory.unmap(0..<4 * unit, in: range)
        #expect(try memory.physicalByteCount() == 5 * unit)
        try memory.destroyPage(large)
        #expect(try memory.physicalByteCount() == unit)
        try memory.unmap(5 * unit..<6 * unit, in: range)
        try memory.destroyPage(small)
        #expect(try memory.physicalByteCount() == 0)
        try memory.release(range)
    }

    @Test func `contents travel with a page`() throws {
        let first = try memory.reserve(byteCount: 2 * unit)
        let second = try memory.reserve(byteCount: 2 * unit)
        let pages = try [memory.createPage(byteCount: unit), memory.createPage(byteCount: unit)]
        for (index, page) in pages.enumerated() {
            try memory.map(page, at: index * unit, in: first)
            bytes(at: index * unit + 17, in: first).pointee = UInt8(40 + index)
        }
        try memory.unmap(0..<2 * unit, in: first)
        try memory.map(pages[1], at: 0, in: second)
        try memory.map(pages[0], at: unit, in: second)
        let found = [bytes(at: 17, in: second).pointee, bytes(at: unit + 17, in: second).pointee]
        #expect(found == [41, 40])
        try memory.unmap(0..<2 * unit, in: second)
        for page in pages { try memory.destroyPage(page) }
        try memory.release(first)
        try memory.release(second)
    }

    @Test func `a page that no memory is left for is refused when it is made`() throws {
        let memory = try HostVirtualMemory { 3 << 20 }
        #expect(throws: MemoryError.deviceExhausted(device: "host", owner: .freePool, requestedByteCount: 2 * unit, code: 12)) {
            try memory.createPage(byteCount: 2 * unit)
        }
        #expect(try memory.physicalByteCount() == 0)
        let page = try memory.createPage(byteCount: unit)
        #expect(try memory.physicalByteCount() == unit)
        try memory.destroyPage(page)
    }

    @Test func `addresses without a page fault`() async throws {
        await #expect(processExitsWith: .failure) {
            let memory = try HostVirtualMemory()
            let range = try memory.reserve(byteCount: memory.granularity)
            UnsafeMutablePointer<UInt8>(bitPattern: range.address)!.pointee = 1
        }
        await #expect(processExitsWith: .failure) {
            let memory = try HostVirtualMemory()
            let range = try memory.reserve(byteCount: memory.granularity)
            let page = try memory.createPage(byteCount: memory.granularity)
            try memory.map(page, at: 0, in: range)
            try memory.unmap(0..<memory.granularity, in: range)
            UnsafeMutablePointer<UInt8>(bitPattern: range.address)!.pointee = 1
        }
    }

    @Test func `breaking a condition of the protocol traps`() async throws {
        await #expect(processExitsWith: .failure) {
            let memory = try HostVirtualMemory()
            let range = try memory.reserve(byteCount: 2 * memory.granularity)
            let page = try memory.createPage(byteCount: memory.granularity)
            try memory.map(page, at: 0, in: range)
            try memory.map(page, at: memory.granularity, in: range)
        }
        await #expect(processExitsWith: .failure) {
            let memory = try HostVirtualMemory()
            let range = try memory.reserve(byteCount: memory.granularity)
            let page = try memory.createPage(byteCount: memory.granularity)
            try memory.map(page, at: 0, in: range)
            try memory.destroyPage(page)
        }
        await #expect(processExitsWith: .failure) {
            let memory = try HostVirtualMemory()
            let range = try memory.reserve(byteCount: 4 * memory.granularity)
            let page = try memory.createPage(byteCount: 2 * memory.granularity)
            try memory.map(page, at: 0, in: range)
            try memory.unmap(0..<memory.granularity, in: range)
        }
        await #expect(processExitsWith: .failure) {
            let memory = try HostVirtualMemory()
            let range = try memory.reserve(byteCount: memory.granularity)
            try memory.map(memory.createPage(byteCount: memory.granularity), at: 0, in: range)
            try memory.release(range)
        }
    }
}
