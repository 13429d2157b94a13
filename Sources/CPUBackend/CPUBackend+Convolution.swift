import COneDNN
import Memory
public import Tensors

extension CPUBackend {
    public func convolve(_ x: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor?, into output: Tensor) throws {
        _ = try computeType("convolve", x.type)
        guard x.type == .f32 || libraryTakesBF16 else {
            let wide = try empty(output.shape, .f32, for: .workspace)
            try convolve(widened(x), weight: widened(weight), bias: widened(bias), adding: residual.map(widened), into: wide)
            return convert(wide, into: output)
        }
        if let residual { copy(residual, to: output) }
        var description = OneDNNConvolution(
            type: x.type.oneDNNType, accumulates: residual != nil, height: Int64(x.shape[0]), width: Int64(x.shape[1]),
            inputs: Int64(x.columns), outputs: Int64(output.columns), kernel: Int64(weight.columns))
        let primitive = try Primitive("convolve") { oneDNNMakeConvolution(&description, $0) }
        let scratch = try device.allocate(byteCount: primitive.scratchByteCount, for: .workspace)
        guard computes else { return }
        try primitive.run(
            OneDNNOperands(
                x: x.hostAddress, weight: weight.hostAddress, bias: bias.hostAddress, gate: nil, output: output.hostAddress,
                scratch: scratch.address))
        // SAFETY: oneDNN works at the scratch's address, so the storage must outlive the run.
        withExtendedLifetime(scratch) {}
    }
}
