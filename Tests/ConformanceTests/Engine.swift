import CPUBackend
import Memory
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
            narrowsAttentionWeights: instructionSet == .avx512BF16)
    }

    /// Every engine as users get it. Another backend joins by a line here.
    static let usual = [cpu(.best, threads: 0)]

    /// Those, and the CPU's at every dispatch level that this machine can run.
    static let all = InstructionSet.allCases.filter { $0 <= .best }.map { cpu($0, threads: 1) } + usual

    /// Types that engines compute in.
    static let types: [ElementType] = [.f32, .bf16]
}
