/// Checks of one operation's operands; every failure names the operation, the operand and both shapes or types.
struct OperandCheck {
    let operation: String
    let type: ElementType

    func matrix(_ tensor: Tensor, _ operand: String, rows: Int? = nil, columns: Int) throws(TensorError) {
        if tensor.columns != columns || rows.map({ $0 != tensor.rows }) == true {
            throw .shapeMismatch(operation: operation, operand: operand, expected: [rows ?? tensor.rows, columns], found: tensor.shape)
        }
        try elements(tensor, operand)
    }

    func vector(_ tensor: Tensor?, _ operand: String, count: Int) throws(TensorError) {
        guard let tensor else { return }
        if tensor.elementCount != count {
            throw .shapeMismatch(operation: operation, operand: operand, expected: [count], found: tensor.shape)
        }
        try contiguous(tensor, operand)
        try elements(tensor, operand)
    }

    func shape(_ tensor: Tensor, _ operand: String, _ expected: [Int], type expectedType: ElementType? = nil) throws(TensorError) {
        if tensor.shape != expected {
            throw .shapeMismatch(operation: operation, operand: operand, expected: expected, found: tensor.shape)
        }
        try contiguous(tensor, operand)
        try elements(tensor, operand, type: expectedType)
    }

    func elements(_ tensor: Tensor, _ operand: String, type expected: ElementType? = nil) throws(TensorError) {
        if tensor.type != expected ?? type {
            throw .typeMismatch(operation: operation, operand: operand, expected: expected ?? type, found: tensor.type)
        }
    }

    private func contiguous(_ tensor: Tensor, _ operand: String) throws(TensorError) {
        if !tensor.isContiguous {
            throw .notContiguous(operation: operation, operand: operand, shape: tensor.shape, rowStride: tensor.rowStride)
        }
    }
}
