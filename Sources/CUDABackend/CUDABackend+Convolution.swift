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
            "Convolution.cu", "packWeights" + x.type.kernelSuffix, grid: (Self.blocks(packed.elementCount), 1, 1), block: (256, 1, 1),
            arguments)
        if x.type == .f32 {
            try launch(
                "ConvolutionF32.cu", "convolutionF32", grid: (x.rows.groups(of: 64), output.columns.groups(of: 64), 1),
                block: (256, 1, 1), shared: 8704, arguments)
        } else {
            try launch(
                "Convolution.cu", "convolutionBF16", grid: (x.rows.groups(of: 128), output.columns.groups(of: 128), 1),
                block: (256, 1, 1), shared: 65_536, arguments)
        }
        // SAFETY: the queue was given the scratch's address, so it lives until all that uses it is in there.
        withExtendedLifetime(packed) {}
    }
}
