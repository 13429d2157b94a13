public import Tensors

extension ReferenceBackend {
    public func add(_ x: Tensor, gate: Tensor?, to residual: Tensor) {
        residual.fill { row, column in residual[row, column] + (gate?[column] ?? 1) * x[row, column] }
    }

    public func multiply(_ target: Tensor, by x: Tensor) {
        target.fill { row, column in target[row, column] * x[row, column] }
    }

    public func activate(_ x: Tensor, _ activation: Activation, into output: Tensor) {
        output.fill { row, column in activation(x[row, column]) }
    }

    public func convert(_ x: Tensor, into output: Tensor) {
        output.fill { row, column in x[row, column] }
    }

    public func eulerStep(_ latents: Tensor, velocity: Tensor, delta: Float) {
        latents.fill { row, column in latents[row, column] + Double(delta) * velocity[row, column] }
    }

    public func isFinite(_ x: Tensor) -> Bool {
        (0..<x.elementCount).allSatisfy { x[$0].isFinite }
    }

    public func embed(_ ids: [Int32], table: Tensor, into output: Tensor) {
        output.fill { row, column in table[Int(ids[row]), column] }
    }

    public func upload(_ values: [Float], to output: Tensor) {
        output.fill { row, column in Double(values[row * output.columns + column]) }
    }

    public func download(_ x: Tensor) -> [Float] {
        (0..<x.elementCount).map { Float(x[$0]) }
    }
}
