import Glibc
public import Tensors

extension ReferenceBackend {
    public func attention(
        query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor
    ) {
        let (tokens, columns) = (query.rows, query.columns)
        let size = columns / heads
        // Copies, because the output may be the query itself.
        let (query, key, value) = (query.elements, key.elements, value.elements)
        for head in 0..<heads {
            let channels = head * size..<(head + 1) * size
            for token in 0..<tokens {
                let scores = (0..<visibleKeys(mask, token, tokens)).map { other in
                    var product = 0.0
                    for channel in channels { product += query[token * columns + channel] * key[other * columns + channel] }
                    return Double(scale) * product + bias(mask, head, token, other, tokens)
                }
                let largest = scores.max() ?? 0
                let weights = scores.map { exp($0 - largest) }
                let total = weights.reduce(0, +)
                for channel in channels {
                    var sum = 0.0
                    for other in weights.indices { sum += weights[other] * value[other * columns + channel] }
                    output[token, channel] = sum / total
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
