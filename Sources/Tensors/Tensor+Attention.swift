extension Tensor {
    /// softmax(scale·self·keyᵀ + mask)·value by head; self is the query, all `[tokens, heads·headSize]`, into `output` if given.
    /// `output` may be the query itself.
    public func attention(
        key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask = .none, into output: Tensor? = nil,
        on backend: any Backend
    ) throws -> Tensor {
        let check = OperandCheck(operation: "attention", type: type)
        try check.matrix(key, "key", rows: rows, columns: columns)
        try check.matrix(value, "value", rows: rows, columns: columns)
        if columns % heads != 0 {
            throw TensorError.shapeMismatch(
                operation: "attention", operand: "query", expected: [rows, heads, columns / heads], found: shape)
        }
        if case .relativeBias(let bias) = mask { try check.shape(bias, "bias", [heads, 2 * rows - 1], type: .f32) }
        let output = try output ?? backend.empty([rows, columns], type)
        try check.matrix(output, "output", rows: rows, columns: columns)
        try backend.attention(query: self, key: key, value: value, heads: heads, scale: scale, mask: mask, into: output)
        return output
    }

    /// In place by head: RMS norm times weight, then rotary position; weight `[headSize]`, rotary f32 `[tokens, headSize]` of (cos, sin) pairs.
    public func normalizeAndRotateHeads(weight: Tensor, epsilon: Float, rotary: Tensor, on backend: any Backend) throws {
        let check = OperandCheck(operation: "normalizeAndRotateHeads", type: type)
        let headSize = weight.elementCount
        try check.vector(weight, "weight", count: headSize)
        if columns % headSize != 0 || headSize % 2 != 0 {
            throw TensorError.shapeMismatch(
                operation: check.operation, operand: "x", expected: [rows, columns / headSize * headSize], found: shape)
        }
        try check.shape(rotary, "rotary", [rows, headSize], type: .f32)
        try backend.normalizeAndRotateHeads(self, weight: weight, epsilon: epsilon, rotary: rotary)
    }
}
