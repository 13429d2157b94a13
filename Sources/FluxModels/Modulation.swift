import Memory
public import Tensors
import Weights

/// Shift and scale of a norm, and the gate of what follows it; each `[1, width]`.
struct Modulation {
    let shift, scale, gate: Tensor

    /// The reference's order, in a double block twice: for attention, then for the feed-forward part.
    init(_ parts: ArraySlice<Tensor>) {
        let parts = Array(parts)
        (shift, scale, gate) = (parts[0], parts[1], parts[2])
    }
}

/// Every modulation of every step, computed before the first one.
///
/// All of them depend on time, guidance and the pooled text only, so 27 % of the model's weights leave the step loop; and because
/// it is always done this way, pictures never depend on how much memory there was.
public struct ModulationTable: Sendable {
    /// `[steps, 6·width]` for each double block, then `[steps, 3·width]` for each single block, then `[steps, 2·width]`.
    let image: [Tensor]
    let text: [Tensor]
    let single: [Tensor]
    let final: Tensor

    func image(_ block: Int, step: Int) -> (attention: Modulation, feedForward: Modulation) { Self.pair(image[block], step) }
    func text(_ block: Int, step: Int) -> (attention: Modulation, feedForward: Modulation) { Self.pair(text[block], step) }
    func single(_ block: Int, step: Int) -> Modulation { Modulation(single[block].rows(step..<step + 1).chunked(3)[...]) }
    /// The last norm has scale before shift and no gate.
    func final(step: Int) -> (scale: Tensor, shift: Tensor) {
        let parts = final.rows(step..<step + 1).chunked(2)
        return (parts[0], parts[1])
    }

    private static func pair(_ rows: Tensor, _ step: Int) -> (attention: Modulation, feedForward: Modulation) {
        let parts = rows.rows(step..<step + 1).chunked(6)
        return (Modulation(parts[..<3]), Modulation(parts[3...]))
    }
}

extension FluxTransformer {
    /// The table for a run with these timesteps and guidance (both times 1000; guidance is unused by models without it) and the
    /// pooled text `[1, pooledProjectionDim]`.
    public func modulation(timesteps: [Float], guidance: Float, pooled: Tensor, _ pass: ForwardPass) throws -> ModulationTable {
        let c = configuration
        try pass.enter(.modulation, 0, of: c.blockCount + 1, .embedding)
        let vector = try weights.withLease("conditioning") {
            try Conditioning($0, c)(timesteps: timesteps, guidance: guidance, pooled: pooled, pass)
        }
        let activated = try vector.activated(.silu, on: pass.backend)

        func rows(_ p: Parameters, _ name: String, parts: Int) throws -> Tensor {
            let output = try pass.backend.empty([timesteps.count, parts * c.width], pooled.type, for: .modulation)
            return try Linear(p, name, from: c.width, to: parts * c.width)(activated, pass, into: output)
        }
        func enter(_ block: Int) throws { try pass.enter(.modulation, block, of: c.blockCount + 1, .modulation) }

        var image: [Tensor] = []
        var text: [Tensor] = []
        for i in 0..<c.numLayers {
            try enter(i)
            image.append(
                try weights.withLease("modulation.image.\(i)") { try rows($0, "transformer_blocks.\(i).norm1.linear", parts: 6) })
            text.append(
                try weights.withLease("modulation.text.\(i)") { try rows($0, "transformer_blocks.\(i).norm1_context.linear", parts: 6) })
        }
        let single = try (0..<c.numSingleLayers).map { i in
            try enter(c.numLayers + i)
            return try weights.withLease("modulation.single.\(i)") { try rows($0, "single_transformer_blocks.\(i).norm.linear", parts: 3) }
        }
        try enter(c.blockCount)
        let final = try weights.withLease("modulation.final") { try rows($0, "norm_out.linear", parts: 2) }
        return ModulationTable(image: image, text: text, single: single, final: final)
    }

    /// The units of the modulation's weights, in the order they are used.
    static func modulationUnits(_ c: FluxTransformerConfiguration) -> [WeightUnit] {
        @Sendable func declare(_ p: Parameters, _ name: String, parts: Int) throws {
            _ = try Linear(p, name, from: c.width, to: parts * c.width)
        }
        return [WeightUnit("conditioning") { p in _ = try Conditioning(p, c) }]
            + (0..<c.numLayers).flatMap { i in
                [
                    WeightUnit("modulation.image.\(i)") { p in try declare(p, "transformer_blocks.\(i).norm1.linear", parts: 6) },
                    WeightUnit("modulation.text.\(i)") { p in try declare(p, "transformer_blocks.\(i).norm1_context.linear", parts: 6) },
                ]
            }
            + (0..<c.numSingleLayers).map { i in
                WeightUnit("modulation.single.\(i)") { p in
                    try declare(p, "single_transformer_blocks.\(i).norm.linear", parts: 3)
                }
            }
            + [WeightUnit("modulation.final") { p in try declare(p, "norm_out.linear", parts: 2) }]
    }
}
