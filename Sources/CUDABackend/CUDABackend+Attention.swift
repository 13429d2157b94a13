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
            try launchSliced("attentionF32", queries: 64, shared: 51_200, heads: heads, arguments)
        } else if mask.isNone && [32, 64, 128].contains(headSize) && isAligned && scale > 0 {
            try launchWhole(query, key, value, heads: heads, arguments)
        } else {
            try launchSliced("attentionWide", queries: 128, shared: 49_152, heads: heads, arguments)
        }
        if isSliced { try copy(target, to: output) }
        // SAFETY: the queue was given the scratch's address, so it lives until all that uses it is in there.
        withExtendedLifetime(target) {}
    }

    private func launchWhole(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, heads: Int, _ arguments: CUDAAttention
    ) throws(CUDAError) {
        let (headSize, queryTiles) = (Int(arguments.headSize), Int(arguments.tokens).groups(of: 128))
        guard headSize == 128 && usesWarpgroups else {
            return try launch(
                "attention\(headSize)", grid: (queryTiles, heads, 1), block: (128, 1, 1), shared: 6 * 64 * headSize * 2,
                arguments)
        }
        var tiled = CUDATiledAttention()
        tiled.query = try mapTiles(of: query, tileRows: 128)
        tiled.key = try mapTiles(of: key, tileRows: 128)
        tiled.value = try mapTiles(of: value, tileRows: 128)
        (tiled.output, tiled.tokens, tiled.heads, tiled.scale) = (arguments.output, arguments.tokens, Int32(heads), arguments.scale)
        // One block takes a multiprocessor's memory. They share out the work, however many there are.
        let blocks = min(queryTiles * heads, engine.properties.multiprocessorCount)
        try launch("attention128Hopper", grid: (blocks, 1, 1), block: (384, 1, 1), shared: 163_920, tiled)
    }

    /// How the device's copy engine finds tiles of a matrix in bf16 whose rows are aligned: 64 columns of `tileRows` rows.
    private func mapTiles(of matrix: Tensor, tileRows: Int) throws(CUDAError) -> CUDATileMap {
        var map = CUDATileMap()
        // A single row's stride says nothing.
        let rowByteCount = (matrix.rows == 1 ? matrix.columns : matrix.rowStride) * matrix.type.byteCount
        let calls = engine.context.calls
        let code = cudaMapTiles(
            calls.table, &map, matrix.deviceAddress, UInt64(matrix.rows), UInt64(matrix.columns), UInt64(rowByteCount), UInt32(tileRows))
        try calls.check("cuTensorMapEncodeTiled", code)
        return map
    }

    private func launchSliced(
        _ kernel: String, queries: Int, shared: Int, heads: Int, _ arguments: CUDAAttention
    ) throws(CUDAError) {
        let slices = Int(arguments.headSize).groups(of: Self.sliceChannels)
        try launch(
            kernel, grid: (Int(arguments.tokens).groups(of: queries), heads, slices), block: (256, 1, 1), shared: shared, arguments)
    }
}

extension AttentionMask {
    fileprivate var isNone: Bool { if case .none = self { true } else { false } }
}
