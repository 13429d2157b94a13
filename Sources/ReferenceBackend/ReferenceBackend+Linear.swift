import Glibc
public import Tensors

extension ReferenceBackend {
    public func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) {
        let product = products(x, weight, bias)
        output.fill { row, column in activation(product[row * weight.rows + column]) }
    }

    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) {
        let product = products(x, weight, bias)
        residual.fill { row, column in
            residual[row, column] + (gate?[column] ?? 1) * product[row * weight.rows + column]
        }
    }

    /// x·weightᵀ + bias, row-major.
    private func products(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) -> [Double] {
        let (depth, left, right, bias) = (x.columns, x.elements, weight.elements, bias?.elements)
        var products: [Double] = []
        for row in 0..<x.rows {
            for column in 0..<weight.rows {
                var sum = bias?[column] ?? 0
                for k in 0..<depth { sum += left[row * depth + k] * right[column * depth + k] }
                products.append(sum)
            }
        }
        return products
    }
}

extension Activation {
    func callAsFunction(_ u: Double) -> Double {
        switch self {
        case .none: u
        case .geluTanh: 0.5 * u * (1 + tanh((2 / Double.pi).squareRoot() * (u + 0.044715 * u * u * u)))
        case .quickGELU: u / (1 + exp(-1.702 * u))
        case .silu: u / (1 + exp(-u))
        }
    }
}
