import Tensors

/// Random bf16 weights with which a network of any depth stays finite, as fast as a disk can take them.
///
/// Matrices and convolutions are drawn from N(0, 1/inputs), so that products keep the variance of what enters them; norms are near 1
/// and biases near 0. All tensors are cut from one block of normal values, each from a place that its name and the seed choose; those
/// longer than the block repeat it, out of step with their rows.
public struct RandomWeights: Sendable {
    struct Distribution: Hashable {
        let mean, deviation: Float

        init(name: String, shape: [Int]) {
            if shape.count == 1 {
                (mean, deviation) = (name.hasSuffix(".weight") ? 1 : 0, 0.02)
            } else {
                (mean, deviation) = (0, 1 / Float(shape.dropFirst().reduce(1, *)).squareRoot())
            }
        }
    }

    private let seed: UInt64
    private let period: Int
    /// The block, once it is needed.
    private var normals: [Float] = []
    /// The block as each distribution has it; a model has about fifteen.
    private var blocks: [Distribution: [UInt16]] = [:]

    /// - Parameter period: elements of the block; a prime, so that no row length divides it.
    public init(seed: UInt64, period: Int = 8_388_593) {
        precondition(period > 0)
        self.seed = seed
        self.period = period
    }

    /// The tensor's elements in order, as the bytes of a little-endian file.
    mutating func forEachPiece(of name: String, shape: [Int], _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let distribution = Distribution(name: name, shape: shape)
        let block = block(distribution)
        var start = Int(place(of: name) % UInt64(period))
        var rest = shape.reduce(1, *)
        while rest > 0 {
            let count = min(rest, period - start)
            try block[start..<start + count].withUnsafeBytes(body)
            rest -= count
            start = 0
        }
    }

    private mutating func block(_ distribution: Distribution) -> [UInt16] {
        if let block = blocks[distribution] { return block }
        if normals.isEmpty {
            var random = XorShift(seed: seed)
            normals = (0..<period).map { _ in random.normal() }
        }
        let block = normals.map { normal in
            let value = (distribution.mean + distribution.deviation * normal).rounded(to: .bf16)
            return UInt16(truncatingIfNeeded: value.bitPattern >> 16).littleEndian
        }
        blocks[distribution] = block
        return block
    }

    /// FNV-1a of the name, from a basis that the seed changes.
    private func place(of name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

/// xorshift64* (Vigna 2016, arXiv 1402.6246).
private struct XorShift {
    private var state: UInt64

    /// Any seed but the one state that the generator cannot leave.
    init(seed: UInt64) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 ^ 0x6a09_e667_f3bc_c909
        if state == 0 { state = 1 }
    }

    private mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }

    /// About N(0, 1): the sum of four uniform numbers of 16 bits, each of variance 65536²/12.
    mutating func normal() -> Float {
        let bits = next()
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + bits >> 48
        return (Float(sum) - 131_070) / (65536 / Float(3).squareRoot())
    }
}
