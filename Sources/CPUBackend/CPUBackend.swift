import CKernels
import COneDNN
public import Memory
public import Tensors

/// The engine for CPUs: oneDNN for matrix products and convolutions, `CKernels` for the rest, both on one team of threads.
public struct CPUBackend: Backend {
    public let name = "cpu"
    public let device: any MemoryDevice
    /// How kernels run: instruction set and number of threads.
    let team: KernelTeam

    /// - Parameter device: memory that the host can address.
    public init(device: any MemoryDevice = HostDevice()) {
        self.init(device: device, level: kernelBestLevel())
    }

    /// - Parameter threads: the most threads of a kernel, 0 for all.
    init(device: any MemoryDevice, level: KernelLevel, threads: Int32 = 0) {
        self.device = device
        team = KernelTeam(level: level, threads: threads)
    }

    /// Whether the processor multiplies bf16 pairs itself, so that bf16 is faster than f32 and not slower.
    public var hasFastBF16: Bool { team.level == KernelLevelAVX512BF16 }

    public var computeTypes: [ElementType] { hasFastBF16 ? [.bf16, .f32] : [.f32, .bf16] }
}

extension CPUBackend: CustomStringConvertible {
    /// Instruction set, oneDNN's version and the number of threads.
    public var description: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        oneDNNVersion(&major, &minor, &patch)
        return "\(instructionSet), oneDNN \(major).\(minor).\(patch), \(kernelThreadCount()) threads"
    }

    private var instructionSet: String {
        switch team.level {
        case KernelLevelAVX512BF16: "AVX-512 with BF16"
        case KernelLevelAVX512: "AVX-512"
        case KernelLevelAVX2: "AVX2"
        default: "no vector extensions"
        }
    }
}
