import CCUDA

/// A queue of the device: what is put into it happens in order, later.
///
/// SAFETY: the handle never changes, and the driver takes calls from any thread; whoever shares a queue orders what is put into it.
final class CUDAStream: @unchecked Sendable {
    let calls: DriverCalls
    let handle: CUDAStreamHandle

    init(_ calls: DriverCalls) throws(CUDAError) {
        var handle: CUDAStreamHandle?
        try calls.check("cuStreamCreate", calls.table.pointee.cuStreamCreate(&handle, UInt32(CUDAStreamNonBlocking)))
        guard let handle else { throw .unsupported(device: "the driver", feature: "streams") }
        self.calls = calls
        self.handle = handle
    }

    deinit { _ = calls.table.pointee.cuStreamDestroy_v2(handle) }

    /// The event happens when all that was put in before has been done.
    func record(_ event: CUDAEvent) throws(CUDAError) {
        try calls.check("cuEventRecord", calls.table.pointee.cuEventRecord(event.handle, handle))
    }

    /// What is put in from now on waits for the event, which has been recorded: the driver takes one that never was as past.
    func wait(for event: CUDAEvent) throws(CUDAError) {
        try calls.check("cuStreamWaitEvent", calls.table.pointee.cuStreamWaitEvent(handle, event.handle, 0))
    }

    /// Copies host memory, which is pinned and stays as it is until the copy was made.
    func copy(from source: UnsafeRawPointer, to target: CUDAAddress, byteCount: Int) throws(CUDAError) {
        try calls.check("cuMemcpyHtoDAsync", calls.table.pointee.cuMemcpyHtoDAsync_v2(target, source, byteCount, handle))
    }

    /// Copies to host memory, which is pinned.
    func copy(from source: CUDAAddress, to target: UnsafeMutableRawPointer, byteCount: Int) throws(CUDAError) {
        try calls.check("cuMemcpyDtoHAsync", calls.table.pointee.cuMemcpyDtoHAsync_v2(target, source, byteCount, handle))
    }

    /// Waits, on the host, until all that was put in has been done.
    func synchronize() throws(CUDAError) {
        try calls.check("cuStreamSynchronize", calls.table.pointee.cuStreamSynchronize(handle))
    }
}

/// A moment in a queue.
///
/// SAFETY: the handle never changes, and the driver takes calls from any thread.
final class CUDAEvent: @unchecked Sendable {
    private let calls: DriverCalls
    let handle: CUDAEventHandle

    /// - Parameter isTimed: whether the device notes when it happened.
    init(_ calls: DriverCalls, isTimed: Bool = false) throws(CUDAError) {
        var handle: CUDAEventHandle?
        let flags = UInt32(isTimed ? CUDAEventDefault : CUDAEventNoTiming)
        try calls.check("cuEventCreate", calls.table.pointee.cuEventCreate(&handle, flags))
        guard let handle else { throw .unsupported(device: "the driver", feature: "events") }
        self.calls = calls
        self.handle = handle
    }

    deinit { _ = calls.table.pointee.cuEventDestroy_v2(handle) }

    /// Waits, on the host, until it has happened.
    func synchronize() throws(CUDAError) {
        try calls.check("cuEventSynchronize", calls.table.pointee.cuEventSynchronize(handle))
    }

    /// Nanoseconds since another timed event; `nil` until both have happened.
    func nanoseconds(since other: CUDAEvent) -> Int? {
        var milliseconds: Float = 0
        guard calls.table.pointee.cuEventElapsedTime(&milliseconds, other.handle, handle) == 0 else { return nil }
        return Int(Double(milliseconds) * 1e6)
    }
}
