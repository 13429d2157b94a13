import Tensors
import Weights

/// x + conv2(SiLU(norm2(conv1(SiLU(norm1(x)))))), with a 1×1 convolution on x where the channels change.
struct ResnetBlock {
    let norm1, norm2: GroupNorm
    let conv1, conv2: Convolution
    let convShortcut: Convolution?

    init(_ p: Parameters, _ name: String, from inputs: Int, to outputs: Int, groups: Int) throws {
        let p = p.scope(name)
        norm1 = try GroupNorm(p, "norm1", inputs, groups: groups)
        conv1 = try Convolution(p, "conv1", from: inputs, to: outputs)
        norm2 = try GroupNorm(p, "norm2", outputs, groups: groups)
        conv2 = try Convolution(p, "conv2", from: outputs, to: outputs)
        convShortcut = inputs == outputs ? nil : try Convolution(p, "conv_shortcut", from: inputs, to: outputs, kernel: 1)
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) throws -> Tensor {
        let hidden = try norm2(conv1(norm1(x, silu: true, pass), pass), silu: true, pass)
        return try conv2(hidden, adding: convShortcut?(x, pass) ?? x, pass)
    }
}

/// Attention of every pixel to every pixel with one head, added to its input.
struct DecoderAttention {
    let groupNorm: GroupNorm
    let toQ, toK, toV, toOut: Linear

    init(_ p: Parameters, _ name: String, _ channels: Int, groups: Int) throws {
        let p = p.scope(name)
        groupNorm = try GroupNorm(p, "group_norm", channels, groups: groups)
        toQ = try Linear(p, "to_q", from: channels, to: channels)
        toK = try Linear(p, "to_k", from: channels, to: channels)
        toV = try Linear(p, "to_v", from: channels, to: channels)
        toOut = try Linear(p, "to_out.0", from: channels, to: channels)
    }

    /// x `[height, width, channels]`, updated in place.
    func add(to x: Tensor, _ pass: ForwardPass) throws {
        let normed = try groupNorm(x, silu: false, pass)
        let query = try toQ(normed, pass)
        let attended = try query.attention(
            key: toK(normed, pass), value: toV(normed, pass), heads: 1, scale: 1 / Float(x.columns).squareRoot(), into: query,
            on: pass.backend)
        try toOut.add(attended, to: x, pass)
    }
}
