import Glibc
import Tensors
import Weights

/// Scores added by relative position, learned per bucket and head in block 0 and shared by all blocks.
struct T5RelativeBias {
    let table: Tensor
    let buckets, maximumDistance, heads: Int

    init(_ p: Parameters, _ c: T5Configuration) throws {
        buckets = c.relativeAttentionNumBuckets
        maximumDistance = c.relativeAttentionMaxDistance
        heads = c.numHeads
        table = try p("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", buckets, heads)
    }

    /// f32 `[heads, 2·tokens − 1]`; column key − query + tokens − 1.
    func callAsFunction(tokens: Int, _ pass: ForwardPass) throws -> Tensor {
        let learned = try pass.backend.download(table)
        let distances = (1 - tokens)...(tokens - 1)
        let rows = distances.map { bucket(keyMinusQuery: $0) }
        let values = (0..<heads).flatMap { head in rows.map { learned[$0 * heads + head] } }
        return try pass.backend.tensor(values, [heads, distances.count], .f32)
    }

    /// Half the buckets for keys ahead of the query; in each half the first half exact, the rest logarithmic up to the maximum distance.
    ///
    /// The reference takes the floor of f32 logarithms, which meets whole numbers at exact powers; the small term does the same in f64.
    func bucket(keyMinusQuery: Int) -> Int {
        let half = buckets / 2
        let exact = half / 2
        let distance = abs(keyMinusQuery)
        let side = keyMinusQuery > 0 ? half : 0
        if distance < exact { return side + distance }
        let position = log(Double(distance) / Double(exact)) / log(Double(maximumDistance) / Double(exact))
        return side + min(half - 1, exact + Int(position * Double(half - exact) + 1e-9))
    }
}
