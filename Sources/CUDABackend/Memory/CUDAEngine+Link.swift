import CCUDA
import Memory

extension CUDAEngine {
    /// The link's rates when it does nothing else, bytes per second.
    public struct LinkRates: Sendable {
        public let toDevice, toHost: Double
    }

    /// Copies locked memory to the device and back, several times each; the fastest counts.
    /// - Throws: `MemoryError`, `CUDAError`.
    public func measureLink(byteCount: Int = 256 << 20, repeats: Int = 8) throws -> LinkRates {
        let pinned = try PinnedMemory(byteCount: byteCount, in: context)
        let target = try CUDADevice(self).allocate(byteCount: byteCount, for: .workspace)
        let (begin, end) = (try CUDAEvent(context.calls, isTimed: true), try CUDAEvent(context.calls, isTimed: true))
        func rate(_ copy: () throws(CUDAError) -> Void) throws(CUDAError) -> Double {
            var best = 0.0
            for _ in 0..<repeats {
                try copies.record(begin)
                try copy()
                try copies.record(end)
                try end.synchronize()
                if let time = end.nanoseconds(since: begin), time > 0 { best = max(best, Double(byteCount) * 1e9 / Double(time)) }
            }
            return best
        }
        let address = target.deviceAddress
        return LinkRates(
            toDevice: try rate { () throws(CUDAError) in
                try copies.copy(from: UnsafeRawPointer(pinned.address), to: address, byteCount: byteCount)
            },
            toHost: try rate { () throws(CUDAError) in try copies.copy(from: address, to: pinned.address, byteCount: byteCount) })
    }
}
