import Tensors
import Weights

/// A transformer block over all tokens with attention and feed-forward side by side (`FluxSingleTransformerBlock` in the published code).
///
/// Its weights are leased in two parts: what reads the tokens, and `proj_out`.
struct SingleStreamBlock {
    let configuration: FluxTransformerConfiguration
    let index: Int
    let weights: WeightStore

    static func units(_ c: FluxTransformerConfiguration, _ index: Int) -> [WeightUnit] {
        [
            WeightUnit("single.\(index).in") { p in _ = try Projections(p, c, index) },
            WeightUnit("single.\(index).out") { p in _ = try projOut(p, c, index) },
        ]
    }

    /// Updates `hidden` `[tokens, width]` in place; rotary `[tokens, headSize]`.
    ///
    /// `proj_out` reads [attention ‖ feed-forward] from one buffer; the normed input lives where attention's result goes, being read for the
    /// last time before that is written.
    func callAsFunction(
        _ hidden: Tensor, _ modulation: Modulation, rotary: Tensor, _ pass: ForwardPass, enter: (Sublayer) throws -> Void
    ) throws {
        let c = configuration
        try enter(.feedForward)
        let joined = try pass.backend.empty([hidden.rows, 5 * c.width], hidden.type)
        let attended = joined.columns(0..<c.width)
        let normed = try hidden.modulated(
            shift: modulation.shift, scale: modulation.scale, epsilon: DoubleStreamBlock.layerNormEpsilon, into: attended, on: pass.backend)
        let (q, k, v) = try weights.withLease("single.\(index).in") { p in
            let projections = try Projections(p, c, index)
            _ = try projections.projMlp(normed, pass, .geluTanh, into: joined.columns(c.width..<5 * c.width))
            try enter(.attention)
            return try projections.project(normed, rotary, pass)
        }
        _ = try q.attention(
            key: k, value: v, heads: c.heads, scale: 1 / Float(c.headSize).squareRoot(), into: attended, on: pass.backend)

        try enter(.output)
        try weights.withLease("single.\(index).out") {
            try Self.projOut($0, c, index).add(joined, gate: modulation.gate, to: hidden, pass)
        }
    }

    private static func projOut(_ p: Parameters, _ c: FluxTransformerConfiguration, _ index: Int) throws -> Linear {
        try Linear(p, "single_transformer_blocks.\(index).proj_out", from: 5 * c.width, to: c.width)
    }

    /// What reads the normed tokens.
    struct Projections {
        let toQ, toK, toV: Linear
        let normQ, normK: RMSNorm
        let projMlp: Linear

        init(_ p: Parameters, _ c: FluxTransformerConfiguration, _ index: Int) throws {
            let p = p.scope("single_transformer_blocks.\(index)")
            toQ = try Linear(p, "attn.to_q", from: c.width, to: c.width)
            toK = try Linear(p, "attn.to_k", from: c.width, to: c.width)
            toV = try Linear(p, "attn.to_v", from: c.width, to: c.width)
            normQ = try RMSNorm(p, "attn.norm_q", c.headSize)
            normK = try RMSNorm(p, "attn.norm_k", c.headSize)
            projMlp = try Linear(p, "proj_mlp", from: c.width, to: 4 * c.width)
        }

        /// Queries and keys normalised and rotated, and values.
        func project(_ normed: Tensor, _ rotary: Tensor, _ pass: ForwardPass) throws -> (q: Tensor, k: Tensor, v: Tensor) {
            let (q, k, v) = try (toQ(normed, pass), toK(normed, pass), toV(normed, pass))
            try normQ.rotate(q, rotary, pass)
            try normK.rotate(k, rotary, pass)
            return (q, k, v)
        }
    }
}
