import CKernels
import COneDNN
public import Memory
public import Tensors

/// The engine for CPUs: oneDNN for matrix products and convolutions, `CKernels` for the rest, both on one team of threads.
public struct CPUBackend: Backend {
    public let name = "cpu"
    public let device: any MemoryDevice
    private let instructionSet: InstructionSet
    /// How kernels run.
    let team: KernelTeam
    /// Whether kernels run; if not, operations only take and return the memory that they would.
    let computes: Bool
    /// Whether products that suit the project's own kernel go to it, not to oneDNN.
    let usesOwnProducts: Bool

    /// - Parameter device: memory that the host can address.
    public init(device: any MemoryDevice = HostDevice()) {
        self.init(device: device, instructionSet: .best)
    }

    /// Runs kernels with a given instruction set, at most this processor's best, on at most `threads` threads, 0 for all.
    package init(
        device: any MemoryDevice = HostDevice(), instructionSet: InstructionSet, threads: Int = 0, computes: Bool = true,
        usesOwnProducts: Bool = true
    ) {
        precondition(instructionSet <= .best, "this processor lacks \(instructionSet)")
        self.device = device
        self.instructionSet = instructionSet
        team = KernelTeam(level: instructionSet.level, threads: Int32(threads))
        self.computes = computes
        self.usesOwnProducts = usesOwnProducts
    }

    public func running(on device: any MemoryDevice) -> any Backend { like(device, computes: computes, usesOwnProducts) }

    public func planning(on device: any MemoryDevice) -> any Backend {
        like(PlanningDevice(device: device), computes: false, usesOwnProducts)
    }

    /// This engine with every product left to oneDNN, to be measured against.
    package var leavingProductsToLibrary: CPUBackend { like(device, computes: computes, false) }

    private func like(_ device: any MemoryDevice, computes: Bool, _ usesOwnProducts: Bool) -> CPUBackend {
        CPUBackend(
            device: device, instructionSet: instructionSet, threads: Int(team.threads), computes: computes, usesOwnProducts: usesOwnProducts
        )
    }

    /// Whether the processor multiplies bf16 pairs itself, so that bf16 is faster than f32 and not slower.
    public var hasFastBF16: Bool { instructionSet >= .avx512BF16 }

    /// Whether oneDNN has code for bf16: it asks for AVX-512, and refuses anything less.
    var libraryTakesBF16: Bool { instructionSet >= .avx512 }

    public var computeTypes: [ElementType] { hasFastBF16 ? [.bf16, .f32] : [.f32, .bf16] }
}

extension CPUBackend: CustomStringConvertible {
    /// Instruction set, oneDNN's version and the number of threads.
    public var description: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        oneDNNVersion(&major, &minor, &patch)
        return "\(instructionSet), oneDNN \(major).\(minor).\(patch), \(kernelThreadCount()) threads"
    }
}
