import CCUDA
import Memory

/// A device as this process uses it.
///
/// SAFETY: the handle never changes.
final class CUDAContext: @unchecked Sendable {
    let calls: DriverCalls
    let properties: DeviceProperties
    /// Host memory that is locked for the device.
    let host: Ledger
    private let handle: CUDAContextHandle

    init(_ calls: DriverCalls, ordinal: Int, hostByteCount: Int) throws(CUDAError) {
        properties = try DeviceProperties(calls, ordinal: ordinal)
        var handle: CUDAContextHandle?
        try calls.check("cuDevicePrimaryCtxRetain", calls.table.pointee.cuDevicePrimaryCtxRetain(&handle, Int32(ordinal)))
        guard let handle else { throw .unsupported(device: properties.name, feature: "contexts") }
        self.calls = calls
        self.handle = handle
        host = Ledger(device: "host", budgetByteCount: hostByteCount)
        try makeCurrent()
    }

    deinit { _ = calls.table.pointee.cuDevicePrimaryCtxRelease_v2(Int32(properties.ordinal)) }

    /// Calls of this thread mean this device from now on.
    func makeCurrent() throws(CUDAError) {
        try calls.check("cuCtxSetCurrent", calls.table.pointee.cuCtxSetCurrent(handle))
    }

    /// Bytes of the device that are in use, by whomever.
    func usedByteCount() throws(CUDAError) -> Int {
        try makeCurrent()
        var (free, total) = (0, 0)
        try calls.check("cuMemGetInfo", calls.table.pointee.cuMemGetInfo_v2(&free, &total))
        return total - free
    }
}
