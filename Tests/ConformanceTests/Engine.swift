import CPUBackend
import CUDABackend
import Memory
import SimulatedDriver
import Tensors
import Testing

/// An implementation of the operations, to be compared with the reference.
struct Engine: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let backend: any Backend
    /// Whether attention in bf16 rounds its softmax weights to bf16 before it sums values, as GPUs do.
    let narrowsAttentionWeights: Bool

    private static func cpu(_ instructionSet: InstructionSet, threads: Int) -> Engine {
        Engine(
            testDescription: "cpu (\(instructionSet), \(threads == 0 ? "all" : "\(threads)") threads)",
            backend: CPUBackend(instructionSet: instructionSet, threads: threads),
            narrowsAttentionWeights: instructionSet >= .avx512BF16)
    }

    private static func cuda(_ engine: CUDAEngine, usesWarpgroups: Bool) -> Engine {
        Engine(
            testDescription: "cuda (\(engine.properties.name)\(usesWarpgroups ? ", with warpgroups" : ""))",
            backend: CUDABackend(engine: engine, device: CUDADevice(engine), usesWarpgroups: usesWarpgroups), narrowsAttentionWeights: true)
    }

    /// A simulated device, its kernels run by the emulator, and the one that is here, if there is one.
    private static let devices: [CUDAEngine] = {
        simulatedReset(SimulatedDevice(seed: 1, longestDelayMicroseconds: 0, deviceByteCount: 4 << 30))
        let libraries = CUDALibraries(driver: simulatedDriver(), compiler: simulatedCompiler(), products: simulatedProducts())
        do {
            let simulated = try CUDAEngine(
                libraries, ordinal: 0, hostByteCount: 1 << 30, cacheFolder: nil, readerCount: 1, pieceByteCount: 1 << 20)
            return try [simulated] + realDevice()
        } catch {
            preconditionFailure("a device fails: \(error)")
        }
    }()

    private static func realDevice() throws -> [CUDAEngine] {
        do {
            return [try CUDAEngine(ordinal: 0)]
        } catch CUDAError.libraryMissing, CUDAError.noDevice {
            return []
        }
    }

    /// Every engine as users get it. Another backend joins by a line here.
    static let usual = [cpu(.best, threads: 0)] + devices.map { cuda($0, usesWarpgroups: $0.properties.major == 9) }

    /// The devices with the kernels of those that lack their instructions.
    static let older = devices.filter { $0.properties.major == 9 }.map { cuda($0, usesWarpgroups: false) }

    /// The CPU's at every dispatch level that this machine can run.
    static let processors = InstructionSet.allCases.filter { $0 <= .best }.map { cpu($0, threads: 1) } + [cpu(.best, threads: 0)]

    /// All of them.
    static let all = Array(processors.dropLast()) + usual + older

    /// Types that engines compute in.
    static let types: [ElementType] = [.f32, .bf16]
}
