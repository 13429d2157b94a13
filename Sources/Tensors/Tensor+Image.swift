extension Tensor {
    /// Stride 1, same size, zero padding: `[h, w, in]` and weight `[out, in, k, k]`, k 1 or 3, give `[h, w, out]`; `residual` is added.
    public func convolved(weight: Tensor, bias: Tensor, adding residual: Tensor? = nil, on backend: any Backend) throws -> Tensor {
        let check = OperandCheck(operation: "convolve", type: type)
        let kernel = weight.columns
        guard shape.count == 3, kernel == 1 || kernel == 3 else {
            throw TensorError.shapeMismatch(
                operation: "convolve", operand: "weight", expected: [weight.shape[0], columns, 3, 3], found: weight.shape)
        }
        try check.shape(self, "x", shape)
        try check.shape(weight, "weight", [weight.shape[0], columns, kernel, kernel])
        try check.vector(bias, "bias", count: weight.shape[0])
        let output = try backend.empty([shape[0], shape[1], weight.shape[0]], type)
        if let residual { try check.shape(residual, "residual", output.shape) }
        try backend.convolve(self, weight: weight, bias: bias, adding: residual, into: output)
        return output
    }

    /// Each pixel as 2×2 equal ones: `[h, w, c] → [2h, 2w, c]`.
    public func upsampledNearest(on backend: any Backend) throws -> Tensor {
        let check = OperandCheck(operation: "upsampleNearest", type: type)
        guard shape.count == 3 else {
            throw TensorError.shapeMismatch(operation: "upsampleNearest", operand: "x", expected: [0, 0, columns], found: shape)
        }
        try check.shape(self, "x", shape)
        let output = try backend.empty([2 * shape[0], 2 * shape[1], columns], type)
        try backend.upsampleNearest(self, into: output)
        return output
    }
}
