import Glibc
public import Tensors

extension ReferenceBackend {
    public func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) {
        output.fill { row, column in activation(product(x, row, weight, bias, column)) }
    }

    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) {
        residual.fill { row, column in
            residual[row, column] + (gate?[column] ?? 1) * product(x, row, weight, bias, column)
        }
    }

    private func product(_ x: Tensor, _ row: Int, _ weight: Tensor, _ bias: Tensor?, _ column: Int) -> Double {
        (0..<x.columns).reduce(bias?[column] ?? 0) { sum, k in sum + x[row, k] * weight[column, k] }
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
