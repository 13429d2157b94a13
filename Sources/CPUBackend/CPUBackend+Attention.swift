import CKernels
import Memory
public import Tensors

extension CPUBackend {
    public func attention(
        query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor
    ) throws {
        var arguments = KernelAttention()
        arguments.type = try computeType("attention", query.type)
        (arguments.tokens, arguments.heads, arguments.headSize) = (query.rows, heads, query.columns / heads)
        arguments.scale = scale
        switch mask {
        case .none: break
        case .causal: arguments.causal = true
        case .relativeBias(let bias): arguments.relativeBias = UnsafePointer(bias.hostAddress.assumingMemoryBound(to: Float.self))
        }
        (arguments.query, arguments.key, arguments.value) = (query.matrix, key.matrix, value.matrix)
        arguments.output = output.matrix
        let scratch = try device.allocate(byteCount: kernelAttentionScratch(team, &arguments), for: .workspace)
        arguments.scratch = scratch.address
        if computes { kernelAttention(team, &arguments) }
        // SAFETY: the kernel works at the scratch's address, so the storage must outlive the call.
        withExtendedLifetime(scratch) {}
    }

    public func normalizeAndRotateHeads(_ x: Tensor, weight: Tensor, epsilon: Float, rotary: Tensor) throws {
        var arguments = KernelRotary()
        arguments.type = try computeType("normalizeAndRotateHeads", x.type)
        arguments.headSize = weight.elementCount
        (arguments.rows, arguments.heads) = (x.rows, x.columns / weight.elementCount)
        arguments.x = x.matrix
        arguments.weight = UnsafeRawPointer(weight.hostAddress)
        arguments.rotary = UnsafePointer(rotary.hostAddress.assumingMemoryBound(to: Float.self))
        arguments.epsilon = epsilon
        if computes { kernelRotary(team, &arguments) }
    }
}
