extension Tensor {
    /// activation(self·weightᵀ + bias): `[m, k]` and weight `[n, k]` give `[m, n]`, into `output` if given.
    /// - Throws: `TensorError` for operands that do not fit, `MemoryError` when the result has no room.
    public func linear(
        weight: Tensor, bias: Tensor?, activation: Activation = .none, into output: Tensor? = nil, on backend: any Backend
    ) throws -> Tensor {
        let check = OperandCheck(operation: "linear", type: type)
        try check.matrix(weight, "weight", columns: columns)
        try check.vector(bias, "bias", count: weight.rows)
        let output = try output ?? backend.empty([rows, weight.rows], type)
        try check.matrix(output, "output", rows: rows, columns: weight.rows)
        try backend.linear(self, weight: weight, bias: bias, activation: activation, into: output)
        return output
    }

    /// self += gate ⊙ (x·weightᵀ + bias): self `[m, n]`, x `[m, k]`, weight `[n, k]`, gate `[n]`.
    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor? = nil, on backend: any Backend) throws {
        let check = OperandCheck(operation: "addLinear", type: type)
        try check.matrix(x, "x", rows: rows, columns: weight.columns)
        try check.matrix(weight, "weight", rows: columns, columns: weight.columns)
        try check.vector(bias, "bias", count: columns)
        try check.vector(gate, "gate", count: columns)
        try backend.addLinear(x, weight: weight, bias: bias, gate: gate, to: self)
    }
}
