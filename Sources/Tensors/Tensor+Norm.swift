extension Tensor {
    /// Layer norm by row, times weight `[columns]`, plus bias `[columns]`.
    public func layerNorm(weight: Tensor, bias: Tensor, epsilon: Float, on backend: any Backend) throws -> Tensor {
        let check = OperandCheck(operation: "layerNorm", type: type)
        try check.vector(weight, "weight", count: columns)
        try check.vector(bias, "bias", count: columns)
        let output = try backend.empty([rows, columns], type)
        try backend.layerNorm(self, weight: weight, bias: bias, epsilon: epsilon, into: output)
        return output
    }

    /// Layer norm by row, times (1 + scale), plus shift, both `[columns]`; into `output` if given.
    public func modulated(
        shift: Tensor, scale: Tensor, epsilon: Float, into output: Tensor? = nil, on backend: any Backend
    ) throws -> Tensor {
        let check = OperandCheck(operation: "modulatedLayerNorm", type: type)
        try check.vector(shift, "shift", count: columns)
        try check.vector(scale, "scale", count: columns)
        let output = try output ?? backend.empty([rows, columns], type)
        try check.matrix(output, "output", rows: rows, columns: columns)
        try backend.modulatedLayerNorm(self, shift: shift, scale: scale, epsilon: epsilon, into: output)
        return output
    }

    /// RMS norm by row, times weight `[columns]`.
    public func rmsNorm(weight: Tensor, epsilon: Float, on backend: any Backend) throws -> Tensor {
        let check = OperandCheck(operation: "rmsNorm", type: type)
        try check.vector(weight, "weight", count: columns)
        let output = try backend.empty([rows, columns], type)
        try backend.rmsNorm(self, weight: weight, epsilon: epsilon, into: output)
        return output
    }

    /// Group norm of an image `[height, width, channels]`, then SiLU if asked; weight and bias `[channels]`.
    public func groupNorm(
        groups: Int, weight: Tensor, bias: Tensor, epsilon: Float, silu: Bool, on backend: any Backend
    ) throws -> Tensor {
        let check = OperandCheck(operation: "groupNorm", type: type)
        if shape.count != 3 || columns % groups != 0 {
            throw TensorError.shapeMismatch(
                operation: "groupNorm", operand: "x", expected: [0, 0, max(1, columns / groups) * groups], found: shape)
        }
        try check.shape(self, "x", shape)
        try check.vector(weight, "weight", count: columns)
        try check.vector(bias, "bias", count: columns)
        let output = try backend.empty(shape, type)
        try backend.groupNorm(self, groups: groups, weight: weight, bias: bias, epsilon: epsilon, silu: silu, into: output)
        return output
    }
}
