import Tensors
import Weights

/// A transformer block in which text and picture keep their own weights and meet in attention
/// (Esser et al. 2024, arXiv 2403.03206; `FluxTransformerBlock` in the published code).
///
/// Its weights are leased in three parts of 151 MB each in FLUX.1, so that a ring which they stream through can be small.
struct DoubleStreamBlock {
    let configuration: FluxTransformerConfiguration
    let index: Int
    let weights: WeightStore
    static let layerNormEpsilon: Float = 1e-6

    static func units(_ c: FluxTransformerConfiguration, _ index: Int) -> [WeightUnit] {
        [
            WeightUnit("double.\(index).attention") { p in _ = try JointAttention(p, c, index) },
            WeightUnit("double.\(index).image") { p in _ = try FeedForward(p, c, index, "ff") },
            WeightUnit("double.\(index).text") { p in _ = try FeedForward(p, c, index, "ff_context") },
        ]
    }

    /// Updates both streams of `hidden` in place; rotary `[tokens, headSize]`.
    func callAsFunction(
        _ hidden: JointTokens, image imageModulation: (attention: Modulation, feedForward: Modulation),
        text textModulation: (attention: Modulation, feedForward: Modulation), rotary: JointTokens, _ pass: ForwardPass,
        enter: (Sublayer) throws -> Void
    ) throws {
        let c = configuration
        try enter(.attention)
        try weights.withLease("double.\(index).attention") {
            try JointAttention($0, c, index)(
                hidden, image: imageModulation.attention, text: textModulation.attention, rotary: rotary, pass)
        }
        try enter(.feedForward)
        try weights.withLease("double.\(index).image") {
            try FeedForward($0, c, index, "ff")(hidden.image, imageModulation.feedForward, pass)
        }
        try weights.withLease("double.\(index).text") {
            try FeedForward($0, c, index, "ff_context")(hidden.text, textModulation.feedForward, pass)
        }
    }

    /// Attention over both streams' tokens (`FluxAttention` with added projections).
    struct JointAttention {
        let image, text: Projections
        let heads, headSize: Int

        init(_ p: Parameters, _ c: FluxTransformerConfiguration, _ index: Int) throws {
            let p = p.scope("transformer_blocks.\(index).attn")
            image = try Projections(p, c, q: "to_q", k: "to_k", v: "to_v", normQ: "norm_q", normK: "norm_k", out: "to_out.0")
            text = try Projections(
                p, c, q: "add_q_proj", k: "add_k_proj", v: "add_v_proj", normQ: "norm_added_q", normK: "norm_added_k", out: "to_add_out")
            heads = c.heads
            headSize = c.headSize
        }

        func callAsFunction(
            _ hidden: JointTokens, image imageModulation: Modulation, text textModulation: Modulation, rotary: JointTokens,
            _ pass: ForwardPass
        ) throws {
            let (q, k, v) = try (hidden.empty(pass), hidden.empty(pass), hidden.empty(pass))
            try image.project(hidden.image, imageModulation, rotary.image, into: (q.image, k.image, v.image), pass)
            try text.project(hidden.text, textModulation, rotary.text, into: (q.text, k.text, v.text), pass)
            _ = try q.all.attention(
                key: k.all, value: v.all, heads: heads, scale: 1 / Float(headSize).squareRoot(), into: q.all, on: pass.backend)
            try image.out.add(q.image, gate: imageModulation.gate, to: hidden.image, pass)
            try text.out.add(q.text, gate: textModulation.gate, to: hidden.text, pass)
        }
    }

    /// One stream's way into attention and out of it.
    struct Projections {
        let toQ, toK, toV: Linear
        let normQ, normK: RMSNorm
        let out: Linear

        init(
            _ p: Parameters, _ c: FluxTransformerConfiguration, q: String, k: String, v: String, normQ: String, normK: String, out: String
        ) throws {
            toQ = try Linear(p, q, from: c.width, to: c.width)
            toK = try Linear(p, k, from: c.width, to: c.width)
            toV = try Linear(p, v, from: c.width, to: c.width)
            self.normQ = try RMSNorm(p, normQ, c.headSize)
            self.normK = try RMSNorm(p, normK, c.headSize)
            self.out = try Linear(p, out, from: c.width, to: c.width)
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
    }

    /// One stream's feed-forward part.
    struct FeedForward {
        let proj, out: Linear

        init(_ p: Parameters, _ c: FluxTransformerConfiguration, _ index: Int, _ name: String) throws {
            let p = p.scope("transformer_blocks.\(index).\(name).net")
            proj = try Linear(p, "0.proj", from: c.width, to: 4 * c.width)
            out = try Linear(p, "2", from: 4 * c.width, to: c.width)
        }

        func callAsFunction(_ x: Tensor, _ modulation: Modulation, _ pass: ForwardPass) throws {
            let normed = try x.modulated(
                shift: modulation.shift, scale: modulation.scale, epsilon: layerNormEpsilon, on: pass.backend)
            try out.add(proj(normed, pass, .geluTanh), gate: modulation.gate, to: x, pass)
        }
    }
}
