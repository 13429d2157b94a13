public import Memory

extension Tensor {
    /// self += gate ⊙ x; gate `[columns]`, 1 if absent.
    public func add(_ x: Tensor, gate: Tensor? = nil, on backend: any Backend) throws {
        let check = OperandCheck(operation: "add", type: type)
        try check.matrix(x, "x", rows: rows, columns: columns)
        try check.vector(gate, "gate", count: columns)
        try backend.add(x, gate: gate, to: self)
    }

    /// self ⊙= x.
    public func multiply(by x: Tensor, on backend: any Backend) throws {
        try OperandCheck(operation: "multiply", type: type).matrix(x, "x", rows: rows, columns: columns)
        try backend.multiply(self, by: x)
    }

    /// activation(self), a new tensor of the same shape.
    public func activated(_ activation: Activation, on backend: any Backend) throws -> Tensor {
        let output = try backend.empty(shape, type)
        try backend.activate(self, activation, into: output)
        return output
    }

    /// The same values in another type, rounded to nearest even; into `output` if given, else itself where the type is the same.
    public func converted(to target: ElementType, into output: Tensor? = nil, on backend: any Backend) throws -> Tensor {
        if output == nil, type == target { return self }
        let output = try output ?? backend.empty(shape, target)
        try OperandCheck(operation: "convert", type: target).matrix(output, "output", rows: rows, columns: columns)
        try backend.convert(self, into: output)
        return output
    }

    /// The same values in memory of their own.
    public func copied(for owner: MemoryOwner = .activations, on backend: any Backend) throws -> Tensor {
        try converted(to: type, into: backend.empty(shape, type, for: owner), on: backend)
    }

    /// self += delta·velocity, self in f32: one Euler step of the probability flow.
    public func eulerStep(velocity: Tensor, delta: Float, on backend: any Backend) throws {
        let check = OperandCheck(operation: "eulerStep", type: velocity.type)
        try check.elements(self, "latents", type: .f32)
        try check.matrix(velocity, "velocity", rows: rows, columns: columns)
        try backend.eulerStep(self, velocity: velocity, delta: delta)
    }

    /// Row `ids[i]` of this table for each i: `[ids.count, columns]`.
    public func embedding(of ids: [Int32], on backend: any Backend) throws -> Tensor {
        for id in ids where id < 0 || id >= rows {
            throw TensorError.shapeMismatch(
                operation: "embed", operand: "id \(id)", expected: [rows, columns], found: [Int(id) + 1, columns])
        }
        let output = try backend.empty([ids.count, columns], type)
        try backend.embed(ids, table: self, into: output)
        return output
    }
}
