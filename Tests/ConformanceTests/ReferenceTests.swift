import ReferenceBackend
import Tensors
import Testing

/// The reference against values worked out by hand, so that the yardstick itself is measured.
struct ReferenceTests {
    private let backend = ReferenceBackend()

    private func tensor(_ values: [Float], _ shape: Int..., type: ElementType = .f32) throws -> Tensor {
        try backend.tensor(values, shape, type)
    }

    @Test(arguments: ElementType.allCases)
    func `a gated product by hand`(type: ElementType) throws {
        let (x, weight) = (try tensor([1, 2, 3, 4], 2, 2, type: type), try tensor([1, 0, 1, -1, 2, 1], 3, 2, type: type))
        let (bias, gate) = (try tensor([0, 1, 0], 3, type: type), try tensor([1, 2, -1], 3, type: type))
        #expect(backend.download(try x.linear(weight: weight, bias: bias, on: backend)) == [1, 0, 4, 3, 0, 10])
        let residual = try tensor([1, 1, 1, 1, 1, 1], 2, 3, type: type)
        try residual.addLinear(x, weight: weight, bias: bias, gate: gate, on: backend)
        #expect(backend.download(residual) == [2, 1, -3, 4, 1, -9])
    }

    @Test
    func `attention by hand: equal scores average, a causal mask hides later keys, a bias chooses`() throws {
        let (zero, value) = (try tensor([0, 0], 2, 1), try tensor([2, 4], 2, 1))
        #expect(backend.download(try zero.attention(key: zero, value: value, heads: 1, scale: 1, on: backend)) == [3, 3])
        #expect(backend.download(try zero.attention(key: zero, value: value, heads: 1, scale: 1, mask: .causal, on: backend)) == [2, 3])
        // Index key − query + 1: only a key one place after its query is raised.
        let bias = try tensor([0, 0, 1000], 1, 3)
        let found = backend.download(
            try zero.attention(key: zero, value: value, heads: 1, scale: 1, mask: .relativeBias(bias), on: backend))
        #expect(found == [4, 3])
    }

    @Test
    func `norms by hand`() throws {
        let (x, weight, bias) = (try tensor([1, 3], 1, 2), try tensor([2, 2], 2), try tensor([5, 7], 2))
        #expect(backend.download(try x.layerNorm(weight: weight, bias: bias, epsilon: 0, on: backend)) == [3, 9])
        #expect(backend.download(try x.modulated(shift: bias, scale: weight, epsilon: 0, on: backend)) == [2, 10])
        let root = try tensor([3, 4], 1, 2)
        #expect(backend.download(try root.rmsNorm(weight: weight, epsilon: 12.5, on: backend)) == [1.2, 1.6])
        let image = try tensor([1, 10, 3, 30], 2, 1, 2)
        let grouped = try image.groupNorm(groups: 2, weight: weight, bias: bias, epsilon: 0, silu: false, on: backend)
        #expect(backend.download(grouped) == [3, 5, 7, 9])
    }

    @Test
    func `a quarter turn by hand`() throws {
        let (x, weight, rotary) = (try tensor([1, 1], 1, 2), try tensor([1, 2], 2), try tensor([0, 1], 1, 2))
        try x.normalizeAndRotateHeads(weight: weight, epsilon: 0, rotary: rotary, on: backend)
        #expect(backend.download(x) == [-2, 1])
    }

    @Test
    func `a convolution by hand pads with zeros and does not flip its kernel`() throws {
        let (x, weight) = (try tensor([1, 2, 3], 1, 3, 1), try tensor([0, 0, 0, 1, 10, 100, 0, 0, 0], 1, 1, 3, 3))
        #expect(backend.download(try x.convolved(weight: weight, bias: try tensor([0.5], 1), on: backend)) == [210.5, 321.5, 32.5])
    }

    @Test
    func `rounding by hand: ties to even in bf16 and f16`() throws {
        let values: [Float] = [1 + 0x1p-8, 1 + 0x3p-8, 1 + 0x1p-11, 1 + 0x3p-11]
        #expect(backend.download(try tensor(values, 4, type: .bf16)) == [1, 1 + 0x1p-6, 1, 1])
        #expect(backend.download(try tensor(values, 4, type: .f16)) == [1 + 0x1p-8, 1 + 0x3p-8, 1, 1 + 0x1p-9])
    }

    @Test
    func `activations by hand`() throws {
        let x = try tensor([0, 1, -1], 3)
        #expect(backend.download(try x.activated(.none, on: backend)) == [0, 1, -1])
        // Values of the formulas to eight digits.
        for (activation, expected) in [
            (Activation.geluTanh, [0, 0.84119199, -0.15880801]), (.quickGELU, [0, 0.84579576, -0.15420424]),
            (.silu, [0, 0.73105858, -0.26894142]),
        ] {
            let found = backend.download(try x.activated(activation, on: backend))
            #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-7 }, "\(activation): \(found)")
        }
    }
}
