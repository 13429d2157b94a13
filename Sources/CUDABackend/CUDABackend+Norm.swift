import CCUDA
import Memory
public import Tensors

extension CUDABackend {
    public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, into output: Tensor) throws {
        try norm("layerNorm", x, weight, bias, epsilon, output)
    }

    public func modulatedLayerNorm(_ x: Tensor, shift: Tensor, scale: Tensor, epsilon: Float, into output: Tensor) throws {
        try norm("modulatedLayerNorm", x, scale, shift, epsilon, output)
    }

    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, into output: Tensor) throws {
        try norm("rmsNorm", x, weight, nil, epsilon, output)
    }

    private func norm(
        _ operation: String, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ epsilon: Float, _ output: Tensor
    ) throws {
        try check(operation, x.type)
        guard computes else { return }
        // As many elements a thread as it keeps in registers, in whole warps.
        let threads = min(256, x.columns.groups(of: 32).groups(of: 32) * 32)
        try launch(
            operation + x.type.kernelSuffix, grid: (x.rows, 1, 1), block: (threads, 1, 1), shared: Self.blockSumByteCount,
            CUDANorm(
                x: x.matrix, output: output.matrix, weight: weight.deviceAddress, bias: bias?.deviceAddress ?? 0,
                columns: Int32(x.columns), epsilon: epsilon))
    }

    public func normalizeAndRotateHeads(_ x: Tensor, weight: Tensor, epsilon: Float, rotary: Tensor) throws {
        try check("normalizeAndRotateHeads", x.type)
        guard computes else { return }
        let heads = x.columns / weight.elementCount
        try launch(
            "normalizeAndRotateHeads" + x.type.kernelSuffix, grid: ((x.rows * heads).groups(of: 8), 1, 1),
            block: (256, 1, 1),
            CUDAHeadNorm(
                x: x.matrix, weight: weight.deviceAddress, rotary: rotary.deviceAddress, rows: Int32(x.rows), heads: Int32(heads),
                headSize: Int32(weight.elementCount), epsilon: epsilon))
    }

    /// Blocks among which an image's pixels are shared out, at most.
    private static let groupNormChunkCount = 1024

    public func groupNorm(
        _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Float, silu: Bool, into output: Tensor
    ) throws {
        try check("groupNorm", x.type)
        let isVectorised = x.columns % 8 == 0 && [x, weight, bias, output].allSatisfy(\.hasAlignedRows)
        let packWidth = isVectorised ? 8 : 1
        let threads = (x: min(x.columns / packWidth, 64), y: 256 / min(x.columns / packWidth, 64))
        let columnBlocks = (x.columns / packWidth).groups(of: threads.x)
        // At least four pixels a thread.
        let chunkPixels = max(4 * threads.y, x.rows.groups(of: Self.groupNormChunkCount))
        let chunks = x.rows.groups(of: chunkPixels)
        let partial = try empty([chunks, x.columns, 2], .f32, for: .workspace)
        let statistics = try empty([groups, 2], .f32, for: .workspace)
        guard computes else { return }

        let arguments = CUDAGroupNorm(
            x: x.deviceAddress, output: output.deviceAddress, weight: weight.deviceAddress, bias: bias.deviceAddress,
            partial: partial.deviceAddress, statistics: statistics.deviceAddress, pixels: Int32(x.rows), channels: Int32(x.columns),
            groups: Int32(groups), chunkPixels: Int32(chunkPixels), vectorised: isVectorised ? 1 : 0, silu: silu ? 1 : 0,
            epsilon: epsilon)
        let (grid, block) = ((x: chunks, y: columnBlocks, z: 1), (x: threads.x, y: threads.y, z: 1))
        try launch(
            "groupNormPartial" + x.type.kernelSuffix, grid: grid, block: block,
            shared: threads.x * threads.y * 2 * packWidth * 4, arguments)
        try launch(
            "groupNormStatistics", grid: (groups, 1, 1), block: (256, 1, 1), shared: Self.blockSumByteCount, arguments)
        try launch("groupNormApply" + x.type.kernelSuffix, grid: grid, block: block, arguments)
        // SAFETY: the queue was given the scratch's addresses, so it lives until all that uses it is in there.
        withExtendedLifetime((partial, statistics)) {}
    }
}
