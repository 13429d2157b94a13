import Tensors
import Weights

/// y = activation(x·weightᵀ + bias); weight `[out, in]`, bias `[out]` or none.
struct Linear {
    let weight: Tensor
    let bias: Tensor?

    init(_ p: Parameters, _ name: String, from inputs: Int, to outputs: Int, bias: Bool = true) throws {
        let p = p.scope(name)
        weight = try p("weight", outputs, inputs)
        self.bias = bias ? try p("bias", outputs) : nil
    }

    func callAsFunction(
        _ x: Tensor, _ pass: ForwardPass, _ activation: Activation = .none, into output: Tensor? = nil
    ) throws -> Tensor {
        try x.linear(weight: weight, bias: bias, activation: activation, into: output, on: pass.backend)
    }

    /// residual += gate ⊙ self(x).
    func add(_ x: Tensor, gate: Tensor? = nil, to residual: Tensor, _ pass: ForwardPass) throws {
        try residual.addLinear(x, weight: weight, bias: bias, gate: gate, on: pass.backend)
    }
}

/// Layer norm with learned weight and bias.
struct LayerNorm {
    let weight: Tensor
    let bias: Tensor
    let epsilon: Float

    init(_ p: Parameters, _ name: String, _ width: Int, epsilon: Float) throws {
        let p = p.scope(name)
        weight = try p("weight", width)
        bias = try p("bias", width)
        self.epsilon = epsilon
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try x.layerNorm(weight: weight, bias: bias, epsilon: epsilon, on: pass.backend)
    }
}

/// RMS norm with learned weight.
struct RMSNorm {
    let weight: Tensor
    let epsilon: Float

    init(_ p: Parameters, _ name: String, _ width: Int, epsilon: Float = 1e-6) throws {
        weight = try p.scope(name)("weight", width)
        self.epsilon = epsilon
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try x.rmsNorm(weight: weight, epsilon: epsilon, on: pass.backend)
    }

    /// Per head and in place, followed by the rotary position; rotary `[tokens, headSize]`.
    func rotate(_ x: Tensor, _ rotary: Tensor, _ pass: ForwardPass) throws {
        try x.normalizeAndRotateHeads(weight: weight, epsilon: epsilon, rotary: rotary, on: pass.backend)
    }
}

/// Group norm over an image `[height, width, channels]`, optionally followed by SiLU.
struct GroupNorm {
    let weight: Tensor
    let bias: Tensor
    let groups: Int
    /// The autoencoder's; layer norms elsewhere use other values.
    static let epsilon: Float = 1e-6

    init(_ p: Parameters, _ name: String, _ channels: Int, groups: Int) throws {
        let p = p.scope(name)
        weight = try p("weight", channels)
        bias = try p("bias", channels)
        self.groups = groups
    }

    func callAsFunction(_ x: Tensor, silu: Bool, _ pass: ForwardPass) throws -> Tensor {
        try x.groupNorm(groups: groups, weight: weight, bias: bias, epsilon: Self.epsilon, silu: silu, on: pass.backend)
    }
}

/// Convolution with stride 1 that keeps the image's size; weight `[out, in, k, k]`.
struct Convolution {
    let weight: Tensor
    let bias: Tensor

    init(_ p: Parameters, _ name: String, from inputs: Int, to outputs: Int, kernel: Int = 3) throws {
        let p = p.scope(name)
        weight = try p("weight", outputs, inputs, kernel, kernel)
        bias = try p("bias", outputs)
    }

    func callAsFunction(_ x: Tensor, adding residual: Tensor? = nil, _ pass: ForwardPass) throws -> Tensor {
        try x.convolved(weight: weight, bias: bias, adding: residual, on: pass.backend)
    }
}
