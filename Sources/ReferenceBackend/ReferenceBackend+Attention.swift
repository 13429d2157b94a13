import Glibc
public import Tensors

extension ReferenceBackend {
    public func attention(
        query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor
    ) {
        let size = query.columns / heads
        for head in 0..<heads {
            let channels = head * size..<(head + 1) * size
            for token in 0..<query.rows {
                let scores = (0..<visibleKeys(mask, token, query.rows)).map { other in
                    let product = channels.reduce(0) { $0 + query[token, $1] * key[other, $1] }
                    return Double(scale) * product + bias(mask, head, token, other, query.rows)
                }
                let largest = scores.max() ?? 0
                let weights = scores.map { exp($0 - largest) }
                let total = weights.reduce(0, +)
                // The output may be the query itself: this row of this head has been read.
                for channel in channels {
                    output[token, channel] = weights.indices.reduce(0) { $0 + weights[$1] * value[$1, channel] } / total
                }
            }
        }
    }

    private func visibleKeys(_ mask: AttentionMask, _ token: Int, _ tokens: Int) -> Int {
        if case .causal = mask { token + 1 } else { tokens }
    }

    private func bias(_ mask: AttentionMask, _ head: Int, _ token: Int, _ other: Int, _ tokens: Int) -> Double {
        if case .relativeBias(let bias) = mask { bias[head, other - token + tokens - 1] } else { 0 }
    }

    public func normalizeAndRotateHeads(_ x: Tensor, weight: Tensor, epsilon: Float, rotary: Tensor) {
        let size = weight.elementCount
        for row in 0..<x.rows {
            for first in stride(from: 0, to: x.columns, by: size) {
                let values = (0..<size).map { x[row, first + $0] }
                let factor = 1 / (values.reduce(0) { $0 + $1 * $1 } / Double(size) + Double(epsilon)).squareRoot()
                for even in stride(from: 0, to: size, by: 2) {
                    let (a, b) = (values[even] * factor * weight[even], values[even + 1] * factor * weight[even + 1])
                    let (cosine, sine) = (rotary[row, even], rotary[row, even + 1])
                    x[row, first + even] = a * cosine - b * sine
                    x[row, first + even + 1] = b * cosine + a * sine
                }
            }
        }
    }
}
