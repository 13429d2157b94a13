import CKernels

/// The instruction sets that kernels are compiled for, each including the ones before it.
package enum InstructionSet: CaseIterable, Comparable, Sendable {
    case baseline, avx2, avx512
    /// AVX-512 with products of bf16 pairs accumulated in f32.
    case avx512BF16
    /// With products of bf16 in tile registers too.
    case amx

    /// The best one of this processor.
    package static var best: InstructionSet {
        allCases.first { $0.level == kernelBestLevel() } ?? .baseline
    }

    var level: KernelLevel {
        switch self {
        case .baseline: KernelLevelBaseline
        case .avx2: KernelLevelAVX2
        case .avx512: KernelLevelAVX512
        case .avx512BF16: KernelLevelAVX512BF16
        case .amx: KernelLevelAMX
        }
    }
}

extension InstructionSet: CustomStringConvertible {
    package var description: String {
        switch self {
        case .baseline: "baseline instructions"
        case .avx2: "AVX2"
        case .avx512: "AVX-512"
        case .avx512BF16: "AVX-512 with BF16"
        case .amx: "AMX with BF16"
        }
    }
}
