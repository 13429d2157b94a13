public import Tensors

extension ReferenceBackend {
    public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, into output: Tensor) {
        for row in 0..<x.rows {
            let normal = normalized((0..<x.columns).map { x[row, $0] }, epsilon)
            for column in 0..<x.columns { output[row, column] = normal[column] * weight[column] + bias[column] }
        }
    }

    public func modulatedLayerNorm(_ x: Tensor, shift: Tensor, scale: Tensor, epsilon: Float, into output: Tensor) {
        for row in 0..<x.rows {
            let normal = normalized((0..<x.columns).map { x[row, $0] }, epsilon)
            for column in 0..<x.columns { output[row, column] = normal[column] * (1 + scale[column]) + shift[column] }
        }
    }

    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, into output: Tensor) {
        for row in 0..<x.rows {
            let meanSquare = (0..<x.columns).reduce(0) { $0 + x[row, $1] * x[row, $1] } / Double(x.columns)
            let factor = 1 / (meanSquare + Double(epsilon)).squareRoot()
            for column in 0..<x.columns { output[row, column] = x[row, column] * factor * weight[column] }
        }
    }

    public func groupNorm(
        _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Float, silu: Bool, into output: Tensor
    ) {
        let size = x.columns / groups
        for first in stride(from: 0, to: x.columns, by: size) {
            let normal = normalized((0..<x.rows * size).map { x[$0 / size, first + $0 % size] }, epsilon)
            for index in normal.indices {
                let (pixel, channel) = (index / size, first + index % size)
                let y = normal[index] * weight[channel] + bias[channel]
                output[pixel, channel] = silu ? Activation.silu(y) : y
            }
        }
    }

    private func normalized(_ values: [Double], _ epsilon: Float) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return values.map { ($0 - mean) / (variance + Double(epsilon)).squareRoot() }
    }
}
