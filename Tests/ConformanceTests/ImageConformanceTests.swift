import Tensors
import Testing

struct ImageConformanceTests {
    @Test(arguments: Engine.types)
    func `convolutions agree with the reference, with and without a residual`(type: ElementType) throws {
        let shapes = [
            (1, 1, 1, 1, 3), (5, 7, 3, 4, 3), (9, 6, 16, 33, 3), (8, 8, 32, 3, 3), (12, 10, 20, 64, 1), (16, 16, 64, 32, 3),
            (17, 16, 128, 40, 1),
        ]
        for (height, width, inputs, outputs, kernel) in shapes {
            for hasResidual in [false, true] {
                let terms = inputs * kernel * kernel
                let scale = 3 / Float(terms).squareRoot()
                try expectAgreement(of: Engine.all, type, .sum(type, terms: terms, size: scale + 1)) { operands in
                    let x = try operands.tensor(height, width, inputs)
                    let weight = try operands.tensor(outputs, inputs, kernel, kernel, scale: scale)
                    let bias = try operands.tensor(outputs)
                    let residual = try hasResidual ? operands.tensor(height, width, outputs) : nil
                    return try x.convolved(weight: weight, bias: bias, adding: residual, on: operands.backend)
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `upsampling copies each pixel to four`(type: ElementType) throws {
        for (height, width, channels) in [(1, 1, 1), (3, 5, 7), (20, 30, 64)] {
            try expectAgreement(type, Tolerance(absolute: 0, relative: 0)) { operands in
                try operands.tensor(height, width, channels).upsampledNearest(on: operands.backend)
            }
        }
    }
}
