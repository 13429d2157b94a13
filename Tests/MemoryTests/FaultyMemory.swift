import Memory
import Synchronization

/// Host memory whose calls are counted, and whose chosen one fails.
final class FaultyMemory: VirtualMemoryBackend {
    private struct State {
        var calls = 0
        var failingCall: Int?
        var failedCall: String?
        var created = 0
    }

    let memory: HostVirtualMemory
    private let state = Mutex(State())

    init() throws { memory = try HostVirtualMemory() }

    var granularity: Int { memory.granularity }
    /// Calls made so far.
    var calls: Int { state.withLock { $0.calls } }
    /// The call that last failed on request.
    var failedCall: String? { state.withLock { $0.failedCall } }
    /// Bytes of pages that were made and not destroyed.
    var createdByteCount: Int { state.withLock { $0.created } }

    /// Makes the call number `call` from now fail, counted from 0; `nil` lets all succeed.
    func fail(call: Int?) {
        state.withLock { state in state.failingCall = call.map { state.calls + $0 } }
    }

    private func count(_ name: String, _ byteCount: Int) throws(MemoryError) {
        let fails = state.withLock { state in
            defer { state.calls += 1 }
            guard state.calls == state.failingCall else { return false }
            state.failedCall = name
            return true
        }
        guard fails else { return }
        if name == "createPage" { throw .deviceExhausted(device: "faulty", owner: .freePool, requestedByteCount: byteCount, code: 12) }
        throw .callFailed(call: name, byteCount: byteCount, code: 5)
    }

    func reserve(byteCount: Int) throws(MemoryError) -> AddressRange {
        try count("reserve", byteCount)
        return try memory.reserve(byteCount: byteCount)
    }

    func createPage(byteCount: Int) throws(MemoryError) -> PhysicalPage {
        try count("createPage", byteCount)
        let page = try memory.createPage(byteCount: byteCount)
        state.withLock { $0.created += byteCount }
        return page
    }

    func map(_ page: PhysicalPage, at offset: Int, in range: borrowing AddressRange) throws(MemoryError) {
        try count("map", page.byteCount)
        try memory.map(page, at: offset, in: range)
    }

    func unmap(_ bytes: Range<Int>, in range: borrowing AddressRange) throws(MemoryError) {
        try count("unmap", bytes.count)
        try memory.unmap(bytes, in: range)
    }

    func destroyPage(_ page: PhysicalPage) throws(MemoryError) {
        try count("destroyPage", page.byteCount)
        try memory.destroyPage(page)
        state.withLock { $0.created -= page.byteCount }
    }

    func release(_ range: consuming AddressRange) throws(MemoryError) {
        try count("release", range.byteCount)
        try memory.release(range)
    }

    func physicalByteCount() throws(MemoryError) -> Int { try memory.physicalByteCount() }
}
