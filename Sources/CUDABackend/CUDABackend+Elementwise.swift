import CCUDA
import Memory
public import Tensors

extension CUDABackend {
    public func add(_ x: Tensor, gate: Tensor?, to residual: Tensor) throws {
        try check("add", x.type)
        try elementwise("add" + x.type.kernelSuffix, x, residual, gate: gate)
    }

    public func multiply(_ target: Tensor, by x: Tensor) throws {
        try check("multiply", x.type)
        try elementwise("multiply" + x.type.kernelSuffix, x, target)
    }

    public func activate(_ x: Tensor, _ activation: Activation, into output: Tensor) throws {
        try check("activate", x.type)
        try elementwise("activate" + x.type.kernelSuffix, x, output, activation: activation)
    }

    public func eulerStep(_ latents: Tensor, velocity: Tensor, delta: Float) throws {
        try check("eulerStep", velocity.type)
        try elementwise("eulerStep" + velocity.type.kernelSuffix, velocity, latents, delta: delta)
    }

    public func convert(_ x: Tensor, into output: Tensor) throws {
        try elementwise("convert\(x.type.kernelSuffix)To\(output.type.kernelSuffix)", x, output)
    }

    public func isFinite(_ x: Tensor) throws -> Bool {
        let flag = try empty([1], .f32, for: .workspace)
        guard computes else { return true }
        var isInfinite: Int32 = 0
        try withUnsafeBytes(of: isInfinite) { try engine.upload($0, to: flag.deviceAddress) }
        try elementwise("isFinite" + x.type.kernelSuffix, x, flag)
        try withUnsafeMutableBytes(of: &isInfinite) { try engine.download(flag.deviceAddress, into: $0) }
        // SAFETY: the queue was given the flag's address, so it lives until all that uses it is in there.
        withExtendedLifetime(flag) {}
        return isInfinite == 0
    }

    /// Runs a kernel of Elementwise.cu over the elements of x.
    func elementwise(
        _ kernel: String, _ x: Tensor, _ output: Tensor, gate: Tensor? = nil, bias: Tensor? = nil, activation: Activation = .none,
        delta: Float = 0
    ) throws(CUDAError) {
        guard computes else { return }
        var arguments = CUDAElementwise()
        (arguments.x, arguments.output) = (x.matrix, output.matrix)
        arguments.gate = gate?.deviceAddress ?? 0
        arguments.bias = bias?.deviceAddress ?? 0
        // Without vectors along the columns, rows that follow each other are one long row.
        let isFlat = gate == nil && bias == nil && x.isContiguous && output.isContiguous
        (arguments.rows, arguments.columns) = isFlat ? (1, Int64(x.elementCount)) : (Int64(x.rows), Int64(x.columns))
        arguments.activation = activation.kernelActivation
        arguments.delta = delta
        try launch(kernel, grid: (Self.blocks(x.elementCount.groups(of: 8)), 1, 1), block: (256, 1, 1), arguments)
    }

    /// Blocks of 256 threads for this many items, one a thread.
    static func blocks(_ items: Int) -> Int {
        precondition(items <= Int(UInt32.max), "\(items) items: kernels count in 32 bits")
        return items.groups(of: 256)
    }
}

extension Activation {
    fileprivate var kernelActivation: Int32 {
        switch self {
        case .none: Int32(CUDAActivationNone)
        case .geluTanh: Int32(CUDAActivationGELUTanh)
        case .quickGELU: Int32(CUDAActivationQuickGELU)
        case .silu: Int32(CUDAActivationSiLU)
        }
    }
}
