import Memory
import Synchronization

/// Virtual memory on paper: the protocol's rules without bytes, so that long runs at full size take no time.
final class PaperMemory: VirtualMemoryBackend {
    private struct State {
        var nextID = 0
        var nextAddress: UInt = 1 << 40
        var isMapped: [PhysicalPage: Bool] = [:]
        var mappings: [UInt: PhysicalPage] = [:]
    }

    let granularity = 2 << 20
    private let state = Mutex(State())

    func reserve(byteCount: Int) throws(MemoryError) -> AddressRange {
        let address = state.withLock { state in
            defer { state.nextAddress += UInt(byteCount) }
            return state.nextAddress
        }
        return AddressRange(address: address, byteCount: byteCount)
    }

    func createPage(byteCount: Int) throws(MemoryError) -> PhysicalPage {
        state.withLock { state in
            let page = PhysicalPage(id: state.nextID, byteCount: byteCount)
            state.nextID += 1
            state.isMapped[page] = false
            return page
        }
    }

    func map(_ page: PhysicalPage, at offset: Int, in range: borrowing AddressRange) throws(MemoryError) {
        let address = range.address + UInt(offset)
        state.withLock { state in
            precondition(state.isMapped[page] == false && state.mappings[address] == nil, "mapped twice")
            state.isMapped[page] = true
            state.mappings[address] = page
        }
    }

    func unmap(_ bytes: Range<Int>, in range: borrowing AddressRange) throws(MemoryError) {
        let address = range.address + UInt(bytes.lowerBound)
        state.withLock { state in
            guard let page = state.mappings.removeValue(forKey: address), page.byteCount == bytes.count else {
                preconditionFailure("unmapped what is not a page")
            }
            state.isMapped[page] = false
        }
    }

    func destroyPage(_ page: PhysicalPage) throws(MemoryError) {
        state.withLock { precondition($0.isMapped.removeValue(forKey: page) == false, "destroyed a page in use") }
    }

    func release(_ range: consuming AddressRange) throws(MemoryError) {}

    func physicalByteCount() throws(MemoryError) -> Int {
        state.withLock { $0.isMapped.keys.reduce(0) { $0 + $1.byteCount } }
    }
}
