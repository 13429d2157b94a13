import Tensors
import Weights

/// A transformer block in which text and picture keep their own weights and meet in attention
/// (Esser et al. 2024, arXiv 2403.03206; `FluxTransformerBlock` in the published code).
struct DoubleStreamBlock {
    let image: Stream
    let text: Stream
    let heads, headSize: Int
    static let layerNormEpsilon: Float = 1e-6

    init(_ p: Parameters, _ c: FluxTransformerConfiguration, _ index: Int) throws {
        let p = p.scope("transformer_blocks.\(index)")
        image = try Stream(
            p, c, q: "to_q", k: "to_k", v: "to_v", normQ: "norm_q", normK: "norm_k", out: "to_out.0", feedForward: "ff")
        text = try Stream(
            p, c, q: "add_q_proj", k: "add_k_proj", v: "add_v_proj", normQ: "norm_added_q", normK: "norm_added_k", out: "to_add_out",
            feedForward: "ff_context")
        heads = c.heads
        headSize = c.headSize
    }

    /// Updates both streams of `hidden` in place; rotary `[tokens, headSize]`.
    func callAsFunction(
        _ hidden: JointTokens, image imageModulation: (attention: Modulation, feedForward: Modulation),
        text textModulation: (attention: Modulation, feedForward: Modulation), rotary: JointTokens, _ pass: ForwardPass,
        enter: (Sublayer) throws -> Void
    ) throws {
        try enter(.attention)
        let (q, k, v) = try (hidden.empty(pass), hidden.empty(pass), hidden.empty(pass))
        try image.project(hidden.image, imageModulation.attention, rotary.image, into: (q.image, k.image, v.image), pass)
        try text.project(hidden.text, textModulation.attention, rotary.text, into: (q.text, k.text, v.text), pass)
        _ = try q.all.attention(
            key: k.all, value: v.all, heads: heads, scale: 1 / Float(headSize).squareRoot(), into: q.all, on: pass.backend)
        try image.out.add(q.image, gate: imageModulation.attention.gate, to: hidden.image, pass)
        try text.out.add(q.text, gate: textModulation.attention.gate, to: hidden.text, pass)

        try enter(.feedForward)
        try image.feedForward(hidden.image, imageModulation.feedForward, pass)
        try text.feedForward(hidden.text, textModulation.feedForward, pass)
    }

    /// One stream's own weights.
    struct Stream {
        let toQ, toK, toV: Linear
        let normQ, normK: RMSNorm
        let out: Linear
        let ffIn, ffOut: Linear

        init(
            _ p: Parameters, _ c: FluxTransformerConfiguration, q: String, k: String, v: String, normQ: String, normK: String, out: String,
            feedForward: String
        ) throws {
            toQ = try Linear(p, "attn.\(q)", from: c.width, to: c.width)
            toK = try Linear(p, "attn.\(k)", from: c.width, to: c.width)
            toV = try Linear(p, "attn.\(v)", from: c.width, to: c.width)
            self.normQ = try RMSNorm(p, "attn.\(normQ)", c.headSize)
            self.normK = try RMSNorm(p, "attn.\(normK)", c.headSize)
            self.out = try Linear(p, "attn.\(out)", from: c.width, to: c.width)
            ffIn = try Linear(p, "\(feedForward).net.0.proj", from: c.width, to: 4 * c.width)
            ffOut = try Linear(p, "\(feedForward).net.2", from: 4 * c.width, to: c.width)
        }

        /// Queries and keys normalised and rotated, and values, of this stream's tokens.
        func project(
            _ x: Tensor, _ modulation: Modulation, _ rotary: Tensor, into output: (q: Tensor, k: Tensor, v: Tensor), _ pass: ForwardPass
        ) throws {
            let normed = try x.modulated(
                shift: modulation.shift, scale: modulation.scale, epsilon: layerNormEpsilon, on: pass.backend)
            try normQ.rotate(toQ(normed, pass, into: output.q), rotary, pass)
            try normK.rotate(toK(normed, pass, into: output.k), rotary, pass)
            _ = try toV(normed, pass, into: output.v)
        }

        func feedForward(_ x: Tensor, _ modulation: Modulation, _ pass: ForwardPass) throws {
            let normed = try x.modulated(
                shift: modulation.shift, scale: modulation.scale, epsilon: layerNormEpsilon, on: pass.backend)
            try ffOut.add(ffIn(normed, pass, .geluTanh), gate: modulation.gate, to: x, pass)
        }
    }
}
