import Tensors
import Weights

/// A transformer block over all tokens with attention and feed-forward side by side (`FluxSingleTransformerBlock` in the published code).
struct SingleStreamBlock {
    let toQ, toK, toV: Linear
    let normQ, normK: RMSNorm
    let projMlp, projOut: Linear
    let heads, headSize, width: Int

    init(_ p: Parameters, _ c: FluxTransformerConfiguration, _ index: Int) throws {
        let p = p.scope("single_transformer_blocks.\(index)")
        width = c.width
        toQ = try Linear(p, "attn.to_q", from: width, to: width)
        toK = try Linear(p, "attn.to_k", from: width, to: width)
        toV = try Linear(p, "attn.to_v", from: width, to: width)
        normQ = try RMSNorm(p, "attn.norm_q", c.headSize)
        normK = try RMSNorm(p, "attn.norm_k", c.headSize)
        projMlp = try Linear(p, "proj_mlp", from: width, to: 4 * width)
        projOut = try Linear(p, "proj_out", from: 5 * width, to: width)
        heads = c.heads
        headSize = c.headSize
    }

    /// Updates `hidden` `[tokens, width]` in place; rotary `[tokens, headSize]`.
    ///
    /// `proj_out` reads [attention ‖ feed-forward] from one buffer; the normed input lives where attention's result goes, being read for the
    /// last time before that is written.
    func callAsFunction(
        _ hidden: Tensor, _ modulation: Modulation, rotary: Tensor, _ pass: ForwardPass, enter: (Sublayer) throws -> Void
    ) throws {
        try enter(.feedForward)
        let joined = try pass.backend.empty([hidden.rows, 5 * width], hidden.type)
        let attended = joined.columns(0..<width)
        let normed = try hidden.modulated(
            shift: modulation.shift, scale: modulation.scale, epsilon: DoubleStreamBlock.layerNormEpsilon, into: attended, on: pass.backend)
        _ = try projMlp(normed, pass, .geluTanh, into: joined.columns(width..<5 * width))

        try enter(.attention)
        let (q, k, v) = try (toQ(normed, pass), toK(normed, pass), toV(normed, pass))
        try normQ.rotate(q, rotary, pass)
        try normK.rotate(k, rotary, pass)
        _ = try q.attention(key: k, value: v, heads: heads, scale: 1 / Float(headSize).squareRoot(), into: attended, on: pass.backend)

        try enter(.output)
        try projOut.add(joined, gate: modulation.gate, to: hidden, pass)
    }
}
