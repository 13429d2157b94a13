import Memory
import Tensors
import Testing

/// The front ends refuse operands that do not fit before any backend sees them.
struct OperandCheckTests {
    private let backend = NullBackend()

    private func tensor(_ shape: Int..., type: ElementType = .f32) throws -> Tensor { try backend.empty(shape, type) }

    /// Expects `body` to throw exactly `error` and to run no operation.
    private func expect(_ error: TensorError, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
        #expect(throws: error, sourceLocation: sourceLocation) { try body() }
        #expect(backend.operations.isEmpty, sourceLocation: sourceLocation)
    }

    @Test
    func `a product refuses a weight of another depth, a bias of another length and a weight of another type`() throws {
        let (x, weight) = (try tensor(3, 4), try tensor(5, 4))
        let (deep, half, bias) = (try tensor(5, 6), try tensor(5, 4, type: .bf16), try tensor(4))
        expect(.shapeMismatch(operation: "linear", operand: "weight", expected: [5, 4], found: [5, 6])) {
            _ = try x.linear(weight: deep, bias: nil, on: backend)
        }
        expect(.shapeMismatch(operation: "linear", operand: "bias", expected: [5], found: [4])) {
            _ = try x.linear(weight: weight, bias: bias, on: backend)
        }
        expect(.typeMismatch(operation: "linear", operand: "weight", expected: .f32, found: .bf16)) {
            _ = try x.linear(weight: half, bias: nil, on: backend)
        }
        let output = try tensor(3, 6)
        expect(.shapeMismatch(operation: "linear", operand: "output", expected: [3, 5], found: [3, 6])) {
            _ = try x.linear(weight: weight, bias: nil, into: output, on: backend)
        }
    }

    @Test
    func `a gated product refuses a gate that is not one value for each column of the residual`() throws {
        let (x, weight, residual, gate) = (try tensor(3, 4), try tensor(5, 4), try tensor(3, 5), try tensor(4))
        expect(.shapeMismatch(operation: "addLinear", operand: "gate", expected: [5], found: [4])) {
            try residual.addLinear(x, weight: weight, bias: nil, gate: gate, on: backend)
        }
        let short = try tensor(2, 4)
        expect(.shapeMismatch(operation: "addLinear", operand: "x", expected: [3, 4], found: [2, 4])) {
            try residual.addLinear(short, weight: weight, bias: nil, on: backend)
        }
    }

    @Test
    func `attention refuses heads that do not divide the columns and a bias of another size or type`() throws {
        let (query, short) = (try tensor(4, 6), try tensor(3, 6))
        expect(.shapeMismatch(operation: "attention", operand: "query", expected: [4, 4, 1], found: [4, 6])) {
            _ = try query.attention(key: query, value: query, heads: 4, scale: 1, on: backend)
        }
        expect(.shapeMismatch(operation: "attention", operand: "key", expected: [4, 6], found: [3, 6])) {
            _ = try query.attention(key: short, value: query, heads: 2, scale: 1, on: backend)
        }
        let (narrow, half) = (try tensor(2, 4), try tensor(2, 7, type: .bf16))
        expect(.shapeMismatch(operation: "attention", operand: "bias", expected: [2, 7], found: [2, 4])) {
            _ = try query.attention(key: query, value: query, heads: 2, scale: 1, mask: .relativeBias(narrow), on: backend)
        }
        expect(.typeMismatch(operation: "attention", operand: "bias", expected: .f32, found: .bf16)) {
            _ = try query.attention(key: query, value: query, heads: 2, scale: 1, mask: .relativeBias(half), on: backend)
        }
    }

    @Test
    func `head rotation refuses an odd head size and a rotary table of other tokens`() throws {
        let (x, odd, even, rotary) = (try tensor(2, 6), try tensor(3), try tensor(2), try tensor(3, 2))
        expect(.shapeMismatch(operation: "normalizeAndRotateHeads", operand: "x", expected: [2, 6], found: [2, 6])) {
            try x.normalizeAndRotateHeads(weight: odd, epsilon: 0, rotary: rotary, on: backend)
        }
        expect(.shapeMismatch(operation: "normalizeAndRotateHeads", operand: "rotary", expected: [2, 2], found: [3, 2])) {
            try x.normalizeAndRotateHeads(weight: even, epsilon: 0, rotary: rotary, on: backend)
        }
    }

    @Test
    func `norms refuse vectors of another length, vectors that are not contiguous and groups that do not divide the channels`() throws {
        let (x, vector, short, table) = (try tensor(2, 4), try tensor(4), try tensor(3), try tensor(4, 2))
        expect(.shapeMismatch(operation: "layerNorm", operand: "bias", expected: [4], found: [3])) {
            _ = try x.layerNorm(weight: vector, bias: short, epsilon: 0, on: backend)
        }
        expect(.notContiguous(operation: "rmsNorm", operand: "weight", shape: [4, 1], rowStride: 2)) {
            _ = try x.rmsNorm(weight: table.columns(0..<1), epsilon: 0, on: backend)
        }
        expect(.shapeMismatch(operation: "modulatedLayerNorm", operand: "scale", expected: [4], found: [3])) {
            _ = try x.modulated(shift: vector, scale: short, epsilon: 0, on: backend)
        }
        let image = try tensor(2, 2, 4)
        expect(.shapeMismatch(operation: "groupNorm", operand: "x", expected: [0, 0, 3], found: [2, 2, 4])) {
            _ = try image.groupNorm(groups: 3, weight: vector, bias: vector, epsilon: 0, silu: false, on: backend)
        }
    }

    @Test
    func `images refuse other ranks, even kernels and residuals of another shape`() throws {
        let (image, matrix, bias) = (try tensor(4, 5, 2), try tensor(4, 2), try tensor(3))
        let (even, good, residual) = (try tensor(3, 2, 2, 2), try tensor(3, 2, 3, 3), try tensor(4, 5, 2))
        expect(.shapeMismatch(operation: "convolve", operand: "weight", expected: [3, 2, 3, 3], found: [3, 2, 2, 2])) {
            _ = try image.convolved(weight: even, bias: bias, on: backend)
        }
        expect(.shapeMismatch(operation: "convolve", operand: "residual", expected: [4, 5, 3], found: [4, 5, 2])) {
            _ = try image.convolved(weight: good, bias: bias, adding: residual, on: backend)
        }
        expect(.shapeMismatch(operation: "upsampleNearest", operand: "x", expected: [0, 0, 2], found: [4, 2])) {
            _ = try matrix.upsampledNearest(on: backend)
        }
    }

    @Test
    func `a lookup refuses ids outside its table`() throws {
        let table = try tensor(4, 2)
        expect(.shapeMismatch(operation: "embed", operand: "id 4", expected: [4, 2], found: [5, 2])) {
            _ = try table.embedding(of: [0, 4], on: backend)
        }
        expect(.shapeMismatch(operation: "embed", operand: "id -1", expected: [4, 2], found: [0, 2])) {
            _ = try table.embedding(of: [-1], on: backend)
        }
    }

    @Test
    func `a step refuses latents that are not f32`() throws {
        let (latents, velocity) = (try tensor(2, 2, type: .bf16), try tensor(2, 2, type: .bf16))
        expect(.typeMismatch(operation: "eulerStep", operand: "latents", expected: .f32, found: .bf16)) {
            try latents.eulerStep(velocity: velocity, delta: 1, on: backend)
        }
    }
}
