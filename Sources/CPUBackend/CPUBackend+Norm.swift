import CKernels
import Memory
public import Tensors

extension CPUBackend {
    public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, into output: Tensor) throws {
        try norm("layerNorm", KernelNormLayer, x, weight, bias, epsilon, output)
    }

    public func modulatedLayerNorm(_ x: Tensor, shift: Tensor, scale: Tensor, epsilon: Float, into output: Tensor) throws {
        try norm("modulatedLayerNorm", KernelNormModulated, x, scale, shift, epsilon, output)
    }

    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, into output: Tensor) throws {
        try norm("rmsNorm", KernelNormRMS, x, weight, nil, epsilon, output)
    }

    private func norm(
        _ operation: String, _ kind: KernelNormKind, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ epsilon: Float, _ output: Tensor
    ) throws(TensorError) {
        var arguments = KernelNorm()
        arguments.kind = kind
        arguments.type = try computeType(operation, x.type)
        (arguments.rows, arguments.columns) = (x.rows, x.columns)
        (arguments.x, arguments.output) = (x.matrix, output.matrix)
        arguments.weight = UnsafeRawPointer(weight.hostAddress)
        arguments.bias = bias.map { UnsafeRawPointer($0.hostAddress) }
        arguments.epsilon = epsilon
        if computes { kernelNorm(team, &arguments) }
    }

    public func groupNorm(
        _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Float, silu: Bool, into output: Tensor
    ) throws {
        var arguments = KernelGroupNorm()
        arguments.type = try computeType("groupNorm", x.type)
        (arguments.pixels, arguments.channels, arguments.groups) = (x.rows, x.columns, groups)
        (arguments.x, arguments.output) = (UnsafeRawPointer(x.hostAddress), output.hostAddress)
        arguments.weight = UnsafeRawPointer(weight.hostAddress)
        arguments.bias = UnsafeRawPointer(bias.hostAddress)
        (arguments.epsilon, arguments.silu) = (epsilon, silu)
        let scratch = try device.allocate(byteCount: kernelGroupNormScratch(&arguments), for: .workspace)
        arguments.scratch = scratch.address
        if computes { kernelGroupNorm(team, &arguments) }
        // SAFETY: the kernel works at the scratch's address, so the storage must outlive the call.
        withExtendedLifetime(scratch) {}
    }
}
