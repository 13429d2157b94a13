import CCUDA
import Memory
public import Tensors

extension CUDABackend {
    /// Channels of the result that a block of the kernels for any head size writes.
    private static let sliceChannels = 128

    public func attention(
        query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor
    ) throws {
        try check("attention", query.type)
        let headSize = query.columns / heads
        // A wide head's slices read the whole query, which the output may be.
        let isSliced = headSize > Self.sliceChannels
        let target = isSliced ? try empty(output.shape, output.type, for: .workspace) : output
        guard computes else { return }

        var arguments = CUDAAttention()
        (arguments.query, arguments.key, arguments.value) = (query.matrix, key.matrix, value.matrix)
        arguments.output = target.matrix
        (arguments.tokens, arguments.headSize, arguments.scale) = (Int32(query.rows), Int32(headSize), scale)
        switch mask {
        case .none: break
        case .causal: arguments.causal = 1
        case .relativeBias(let bias): arguments.bias = bias.deviceAddress
        }
        let isAligned = headSize % 8 == 0 && [query, key, value, target].allSatisfy(\.hasAlignedRows)
        arguments.aligned = isAligned ? 1 : 0

        if query.type == .f32 {
            try launchSliced("AttentionF32.cu", "attentionF32", queries: 64, shared: 51_200, heads: heads, arguments)
        } else if mask.isNone && [32, 64, 128].contains(headSize) && isAligned && scale > 0 {
            try launchWhole(heads: heads, arguments)
        } else {
            try launchSliced("AttentionWide.cu", "attentionWide", queries: 128, shared: 49_152, heads: heads, arguments)
        }
        if isSliced { try copy(target, to: output) }
        // SAFETY: the queue was given the scratch's address, so it lives until all that uses it is in there.
        withExtendedLifetime(target) {}
    }

    private func launchWhole(heads: Int, _ arguments: CUDAAttention) throws(CUDAError) {
        let (headSize, grid) = (Int(arguments.headSize), (x: Int(arguments.tokens).groups(of: 128), y: heads, z: 1))
        if headSize == 128 && usesWarpgroups {
            try launch("AttentionHopper.cu", "attention128Hopper", grid: grid, block: (256, 1, 1), shared: 163_840, arguments)
        } else {
            try launch(
                "Attention.cu", "attention\(headSize)", grid: grid, block: (128, 1, 1), shared: 6 * 64 * headSize * 2, arguments)
        }
    }

    private func launchSliced(
        _ source: String, _ kernel: String, queries: Int, shared: Int, heads: Int, _ arguments: CUDAAttention
    ) throws(CUDAError) {
        let slices = Int(arguments.headSize).groups(of: Self.sliceChannels)
        try launch(
            source, kernel, grid: (Int(arguments.tokens).groups(of: queries), heads, slices), block: (256, 1, 1), shared: shared, arguments)
    }
}

extension AttentionMask {
    fileprivate var isNone: Bool { if case .none = self { true } else { false } }
}
