import CKernels
public import Tensors

extension CPUBackend {
    public func add(_ x: Tensor, gate: Tensor?, to residual: Tensor) throws {
        var arguments = try elementwise("add", KernelElementwiseAdd, x, residual)
        arguments.gate = gate.map { UnsafeRawPointer($0.hostAddress) }
        if computes { kernelElementwise(team, &arguments) }
    }

    public func multiply(_ target: Tensor, by x: Tensor) throws {
        var arguments = try elementwise("multiply", KernelElementwiseMultiply, x, target)
        if computes { kernelElementwise(team, &arguments) }
    }

    public func activate(_ x: Tensor, _ activation: Activation, into output: Tensor) throws {
        var arguments = try elementwise("activate", KernelElementwiseActivate, x, output)
        arguments.activation = activation.kernelActivation
        if computes { kernelElementwise(team, &arguments) }
    }

    public func eulerStep(_ latents: Tensor, velocity: Tensor, delta: Float) throws {
        var arguments = try elementwise("eulerStep", KernelElementwiseStep, velocity, latents)
        arguments.delta = delta
        if computes { kernelElementwise(team, &arguments) }
    }

    public func isFinite(_ x: Tensor) -> Bool {
        !computes || kernelIsFinite(team, x.type.kernelType, x.matrix, x.rows, x.columns)
    }

    private func elementwise(
        _ operation: String, _ kind: KernelElementwiseKind, _ x: Tensor, _ output: Tensor
    ) throws(TensorError) -> KernelElementwise {
        var arguments = KernelElementwise()
        arguments.kind = kind
        arguments.from = try computeType(operation, x.type)
        arguments.to = try computeType(operation, output.type)
        (arguments.rows, arguments.columns) = (x.rows, x.columns)
        (arguments.x, arguments.output) = (x.matrix, output.matrix)
        return arguments
    }
}
