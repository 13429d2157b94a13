import CPUBackend
import Tensors
import Testing

struct AttentionConformanceTests {
    private static let headSizes = [1, 8, 13, 32, 48, 64, 80, 100, 128, 200, 512]
    /// One token, fewer than a vector, more than one block of queries (96) and of keys (256).
    private static let tokenCounts = [1, 15, 77, 270]

    enum Mask: CaseIterable, Sendable { case none, causal, relativeBias }

    @Test(arguments: Engine.types)
    func `attention agrees with the reference for every head size`(type: ElementType) throws {
        for size in Self.headSizes {
            try expect(type, tokens: 33, heads: 2, size: size, mask: .none)
        }
    }

    @Test
    func `attention agrees with the reference for heads of whole tiles and more tokens than one holds`() throws {
        for (size, tokens) in [(32, 200), (64, 150), (128, 270)] {
            try expect(.bf16, tokens: tokens, heads: 1, size: size, mask: .none)
        }
    }

    @Test(arguments: Mask.allCases)
    func `attention agrees with the reference for every mask and number of tokens`(mask: Mask) throws {
        for type in Engine.types {
            for tokens in Self.tokenCounts {
                try expect(type, tokens: tokens, heads: 3, size: 20, mask: mask)
            }
        }
    }

    @Test(arguments: Engine.types)
    func `attention between views may overwrite its query and leaves the columns around it alone`(type: ElementType) throws {
        try expectAgreement(type, Self.tolerance(type)) { operands in
            let query = try operands.buffer(130, 96, margin: 7)
            let key = try operands.buffer(130, 96, margin: 2).view
            let value = try operands.buffer(130, 96, margin: 1).view
            _ = try query.view.attention(key: key, value: value, heads: 3, scale: 0.5, into: query.view, on: operands.backend)
            return query.whole
        }
    }

    @Test(arguments: Engine.types)
    func `scores beyond the range of the exponential keep a finite softmax`(type: ElementType) throws {
        // Scores reach ±900: e⁹⁰⁰ is no f32. Their f32 rounding, 2⁻²⁴·900, is the error of the weights' logarithm.
        var tolerance = Self.tolerance(type)
        tolerance.absolute += 2e-4
        try expectAgreement(type, tolerance) { operands in
            let query = try operands.tensor(40, 16, scale: 8)
            let key = try operands.tensor(40, 16, scale: 8)
            let value = try operands.tensor(40, 16)
            return try query.attention(key: key, value: value, heads: 1, scale: 1, on: operands.backend)
        }
    }

    @Test(arguments: Engine.types)
    func `attention gives the same bits on any number of threads`(type: ElementType) throws {
        let results = try [1, 2, 3, 0].map { threads in
            let backend = CPUBackend(instructionSet: .best, threads: threads)
            var operands = Operands(seed: 7, type: type, backend: backend)
            let (query, key, value) = (try operands.tensor(333, 96), try operands.tensor(333, 96), try operands.tensor(333, 96))
            return backend.download(try query.attention(key: key, value: value, heads: 3, scale: 0.3, on: backend))
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    /// With so many tokens, keys and values of a few heads are packed at a time, the last time of fewer.
    @Test(arguments: Engine.types, [1, 0])
    func `a head is the same with other heads beside it and alone`(type: ElementType, threads: Int) throws {
        let (tokens, heads, size) = (800, 5, 16)
        let backend = CPUBackend(instructionSet: .best, threads: threads)
        var operands = Operands(seed: 8, type: type, backend: backend)
        let (query, key, value) = (
            try operands.tensor(tokens, heads * size), try operands.tensor(tokens, heads * size), try operands.tensor(tokens, heads * size)
        )
        let bias = try operands.tensor(heads, 2 * tokens - 1, type: .f32)
        let together = try query.attention(key: key, value: value, heads: heads, scale: 0.3, mask: .relativeBias(bias), on: backend)
        for head in 0..<heads {
            let columns = head * size..<(head + 1) * size
            let alone = try query.columns(columns).attention(
                key: key.columns(columns), value: value.columns(columns), heads: 1, scale: 0.3,
                mask: .relativeBias(bias.rows(head..<head + 1)), on: backend)
            #expect(backend.download(together.columns(columns)) == backend.download(alone), "head \(head)")
        }
    }

    @Test(arguments: Engine.types)
    func `head norm and rotation agree with the reference`(type: ElementType) throws {
        for (tokens, heads, size, margin) in [(1, 1, 2, 0), (5, 3, 14, 0), (17, 5, 32, 3), (9, 2, 128, 1), (300, 4, 128, 0)] {
            try expectAgreement(type, .sum(type, terms: size, size: 0.5)) { operands in
                let x = try operands.buffer(tokens, heads * size, margin: margin)
                let weight = try operands.tensor(size)
                let rotary = try operands.tensor(tokens, size, type: .f32)
                try x.view.normalizeAndRotateHeads(weight: weight, epsilon: 1e-6, rotary: rotary, on: operands.backend)
                return x.whole
            }
        }
    }

    private func expect(_ type: ElementType, tokens: Int, heads: Int, size: Int, mask: Mask) throws {
        try expectAgreement(type, Self.tolerance(type), seed: UInt64(size)) { operands in
            let query = try operands.tensor(tokens, heads * size)
            let key = try operands.tensor(tokens, heads * size)
            let value = try operands.tensor(tokens, heads * size)
            let bias = try operands.tensor(heads, 2 * tokens - 1, scale: 3, type: .f32)
            let attentionMask: AttentionMask =
                switch mask {
                case .none: .none
                case .causal: .causal
                case .relativeBias: .relativeBias(bias)
                }
            return try query.attention(
                key: key, value: value, heads: heads, scale: 4 / Float(size).squareRoot(), mask: attentionMask, on: operands.backend)
        }
    }

    /// Weights are positive and sum to 1, and values are within ±1: an error of e in each weight, relative, is at most e in the result.
    /// f32: scores of a few units, rounded, give a few 10⁻⁶. Engines that keep bf16 weights add 2⁻⁹ to that.
    private static func tolerance(_ type: ElementType) -> Tolerance {
        var tolerance = Tolerance.rounding(type)
        tolerance.absolute += 4e-6
        tolerance.narrowWeights = type == .bf16 ? 0x1p-9 : 0
        return tolerance
    }
}
