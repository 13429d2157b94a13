import CCUDA
import Memory
public import Tensors

extension CUDABackend {
    /// Input channels that a step of the kernels takes; weights are padded to whole steps.
    private static let inputStep = 32

    public func convolve(_ x: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor?, into output: Tensor) throws {
        try check("convolve", x.type)
        let kernel = weight.columns
        let paddedInputs = x.columns.groups(of: Self.inputStep) * Self.inputStep
        let packed = try empty([output.columns, kernel * kernel, paddedInputs], x.type, for: .workspace)
        guard computes else { return }

        let arguments = CUDAConvolution(
            x: x.deviceAddress, weight: weight.deviceAddress, packed: packed.deviceAddress, bias: bias.deviceAddress,
            residual: residual?.deviceAddress ?? 0, output: output.deviceAddress, height: Int32(x.shape[0]), width: Int32(x.shape[1]),
            inputs: Int32(x.columns), paddedInputs: Int32(paddedInputs), outputs: Int32(output.columns), kernel: Int32(kernel))
        try launch(
            "packWeights" + x.type.kernelSuffix, grid: (Self.blocks(packed.elementCount), 1, 1), block: (256, 1, 1),
            arguments)
        try launchConvolution(x, arguments)
        // SAFETY: the queue was given the scratch's address, so it lives until all that uses it is in there.
        withExtendedLifetime(packed) {}
    }

    private func launchConvolution(_ x: Tensor, _ arguments: CUDAConvolution) throws(CUDAError) {
        let outputs = Int(arguments.outputs)
        func run(_ kernel: String, pixels: Int, outputs blockOutputs: Int, shared: Int) throws(CUDAError) {
            try launch(
                kernel, grid: (x.rows.groups(of: pixels), outputs.groups(of: blockOutputs), 1), block: (256, 1, 1),
                shared: shared, arguments)
        }
        if x.type == .f32 {
            try run("convolutionF32", pixels: 64, outputs: 64, shared: 8704)
        } else if outputs <= 16 {
            try run("convolutionNarrowBF16", pixels: 128, outputs: 16, shared: 36_864)
        } else if usesWarpgroups && x.columns % 64 == 0 && x.hasAlignedRows {
            try run("convolutionBF16Hopper", pixels: 256, outputs: 128, shared: 196_608)
        } else {
            try run("convolutionBF16", pixels: 128, outputs: 128, shared: 65_536)
        }
    }
}
