import CUDABackend
import Glibc
import Memory
import SimulatedDriver
import Testing

/// A simulated device in use. Only one at a time: the simulation is one for the whole process.
final class SimulatedCard {
    let device: CUDADevice

    /// - Parameters:
    ///   - delay: the longest time that a queue waits before each thing it does, microseconds.
    ///   - byteCount: memory of the device.
    ///   - hostByteCount: host memory that may be locked.
    init(
        seed: UInt64, delay: UInt32 = 0, byteCount: Int = 1 << 30, hostByteCount: Int = 1 << 30, readers: Int = 2,
        pieceByteCount: Int = 1 << 20
    ) throws {
        simulatedReset(SimulatedDevice(seed: seed, longestDelayMicroseconds: delay, deviceByteCount: byteCount))
        let libraries = CUDALibraries(driver: simulatedDriver(), compiler: simulatedCompiler(), products: simulatedProducts())
        device = CUDADevice(
            try CUDAEngine(
                libraries, ordinal: 0, hostByteCount: hostByteCount, cacheFolder: nil, readerCount: readers,
                pieceByteCount: pieceByteCount))
    }

    var backend: CUDABackend { CUDABackend(engine: device.engine, device: device) }

    /// What the simulation saw that a real device would not say.
    static var violations: String { String(cString: simulatedViolations()) }
    /// What was not given back, within a few seconds: an engine's thread may be the last to let go of it.
    static var leaks: String {
        for _ in 0..<500 where simulatedLeaks().pointee != 0 { usleep(10_000) }
        return String(cString: simulatedLeaks())
    }

    static func calls(_ name: String) -> Int { simulatedCallCount(name) }
}

/// Tests of the simulated device, one after the other.
@Suite(.serialized) struct SimulatedDeviceTests {}
