import CCUDA
import Memory
import Synchronization

/// A device's memory as pages that are mapped where they are wanted.
///
/// SAFETY: the two descriptions never change.
final class CUDAVirtualMemory: VirtualMemoryBackend, @unchecked Sendable {
    let granularity: Int
    private let context: CUDAContext
    private let properties: CUDAPageProperties
    private let access: CUDAPageAccess
    private let state = Mutex(State())

    private struct State {
        var nextID = 0
        var handles: [Int: (handle: CUDAPageHandle, byteCount: Int)] = [:]
    }

    init(_ context: CUDAContext) throws(MemoryError) {
        self.context = context
        let location = CUDALocation(type: 1, number: Int32(context.properties.ordinal))
        var properties = CUDAPageProperties()
        (properties.type, properties.location) = (1, location)
        access = CUDAPageAccess(location: location, access: 3)
        var byteCount = 0
        try Self.call(context, "cuMemGetAllocationGranularity", 0) {
            $0.cuMemGetAllocationGranularity(&byteCount, &properties, 0)
        }
        self.properties = properties
        granularity = byteCount
    }

    func reserve(byteCount: Int) throws(MemoryError) -> AddressRange {
        var address: CUDAAddress = 0
        try call("cuMemAddressReserve", byteCount) { $0.cuMemAddressReserve(&address, byteCount, 0, 0, 0) }
        return AddressRange(address: UInt(address), byteCount: byteCount)
    }

    func createPage(byteCount: Int) throws(MemoryError) -> PhysicalPage {
        var handle: CUDAPageHandle = 0
        var properties = properties
        try call("cuMemCreate", byteCount) { $0.cuMemCreate(&handle, byteCount, &properties, 0) }
        return state.withLock { state in
            defer { state.nextID += 1 }
            state.handles[state.nextID] = (handle, byteCount)
            return PhysicalPage(id: state.nextID, byteCount: byteCount)
        }
    }

    func map(_ page: PhysicalPage, at offset: Int, in range: borrowing AddressRange) throws(MemoryError) {
        let address = CUDAAddress(range.address) + UInt64(offset)
        let handle = handle(of: page)
        try call("cuMemMap", page.byteCount) { $0.cuMemMap(address, page.byteCount, 0, handle, 0) }
        var access = access
        do throws(MemoryError) {
            try call("cuMemSetAccess", page.byteCount) { $0.cuMemSetAccess(address, page.byteCount, &access, 1) }
        } catch {
            try call("cuMemUnmap", page.byteCount) { $0.cuMemUnmap(address, page.byteCount) }
            throw error
        }
    }

    func unmap(_ bytes: Range<Int>, in range: borrowing AddressRange) throws(MemoryError) {
        let address = CUDAAddress(range.address) + UInt64(bytes.lowerBound)
        // A run that ended with an error may have left operations on these pages behind.
        try call("cuCtxSynchronize", bytes.count) { $0.cuCtxSynchronize() }
        try call("cuMemUnmap", bytes.count) { $0.cuMemUnmap(address, bytes.count) }
    }

    func destroyPage(_ page: PhysicalPage) throws(MemoryError) {
        let handle = handle(of: page)
        try call("cuMemRelease", page.byteCount) { $0.cuMemRelease(handle) }
        state.withLock { $0.handles[page.id] = nil }
    }

    func release(_ range: consuming AddressRange) throws(MemoryError) {
        let (address, byteCount) = (CUDAAddress(range.address), range.byteCount)
        try call("cuMemAddressFree", byteCount) { $0.cuMemAddressFree(address, byteCount) }
    }

    /// Of the pages that the driver made and has not been given back.
    func physicalByteCount() -> Int { state.withLock { $0.handles.values.reduce(0) { $0 + $1.byteCount } } }

    private func handle(of page: PhysicalPage) -> CUDAPageHandle {
        guard let known = state.withLock({ $0.handles[page.id] }) else { preconditionFailure("a page that does not exist") }
        return known.handle
    }

    private func call(_ name: String, _ byteCount: Int, _ body: (CUDADriver) -> CUDAResult) throws(MemoryError) {
        try Self.call(context, name, byteCount, body)
    }

    private static func call(
        _ context: CUDAContext, _ name: String, _ byteCount: Int, _ body: (CUDADriver) -> CUDAResult
    ) throws(MemoryError) {
        do throws(CUDAError) {
            try context.makeCurrent()
            try context.calls.check(name, body(context.calls.table.pointee))
        } catch { throw error.memoryError(byteCount: byteCount) }
    }
}
