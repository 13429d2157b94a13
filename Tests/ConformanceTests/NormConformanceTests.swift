import Tensors
import Testing

struct NormConformanceTests {
    private static let shapes = [(1, 1), (1, 33), (5, 16), (9, 160), (3, 769), (130, 500)]

    @Test(arguments: Engine.types)
    func `layer norm agrees with the reference, far from zero too`(type: ElementType) throws {
        for (rows, columns) in Self.shapes {
            for offset: Float in [0, 4] {
                // A mean of 4 costs two binary digits of f32 in x − mean, against a deviation of 0.6.
                try expectAgreement(type, .sum(type, terms: 16, size: 1 + offset)) { operands in
                    let x = try operands.tensor(rows, columns, offset: offset)
                    let (weight, bias) = (try operands.tensor(columns), try operands.tensor(columns))
                    return try x.layerNorm(weight: weight, bias: bias, epsilon: 1e-5, on: operands.backend)
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `modulated layer norm agrees with the reference, between views too`(type: ElementType) throws {
        for (rows, columns) in Self.shapes {
            for margin in [0, 3] {
                try expectAgreement(type, .sum(type, terms: 16, size: 2)) { operands in
                    let x = try operands.buffer(rows, columns, margin: margin).view
                    let (shift, scale) = (try operands.tensor(columns), try operands.tensor(columns))
                    let output = try operands.buffer(rows, columns, margin: margin)
                    _ = try x.modulated(shift: shift, scale: scale, epsilon: 1e-6, into: output.view, on: operands.backend)
                    return output.whole
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `RMS norm agrees with the reference`(type: ElementType) throws {
        for (rows, columns) in Self.shapes {
            try expectAgreement(type, .rounding(type)) { operands in
                let x = try operands.buffer(rows, columns, margin: 2).view
                let weight = try operands.tensor(columns)
                return try x.rmsNorm(weight: weight, epsilon: 1e-6, on: operands.backend)
            }
        }
    }

    @Test(arguments: Engine.types)
    func `group norm agrees with the reference, with and without SiLU`(type: ElementType) throws {
        let shapes = [(1, 1, 4, 2), (5, 3, 6, 3), (17, 16, 32, 32), (33, 20, 64, 8), (40, 30, 20, 1)]
        for (height, width, channels, groups) in shapes {
            for (silu, offset) in [(false, Float(0)), (true, 0), (false, 6)] {
                try expectAgreement(type, .sum(type, terms: 16, size: 1 + offset)) { operands in
                    let x = try operands.tensor(height, width, channels, offset: offset)
                    let (weight, bias) = (try operands.tensor(channels), try operands.tensor(channels))
                    return try x.groupNorm(
                        groups: groups, weight: weight, bias: bias, epsilon: 1e-6, silu: silu, on: operands.backend)
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `weights at any offset of their memory, as files leave them, do as well`(type: ElementType) throws {
        try expectAgreement(type, .sum(type, terms: 16, size: 2)) { operands in
            let (x, vectors) = (try operands.tensor(12, 10, 64), try operands.tensor(2, 64 + 3))
            let (weight, bias) = (vectors.rows(0..<1).columns(3..<67), vectors.rows(1..<2).columns(3..<67))
            return try x.groupNorm(
                groups: 8, weight: weight.reshaped(64), bias: bias.reshaped(64), epsilon: 1e-6, silu: true, on: operands.backend)
        }
        try expectAgreement(of: Engine.usual + Engine.older, type, .sum(type, terms: 576, size: 1.2)) { operands in
            let (x, values) = (try operands.tensor(12, 10, 64), try operands.tensor(1, 3 + 40 * 576 + 40, scale: 0.12))
            let weight = values.columns(3..<3 + 40 * 576).reshaped(40, 64, 3, 3)
            let bias = values.columns(3 + 40 * 576..<43 + 40 * 576).reshaped(40)
            return try x.convolved(weight: weight, bias: bias, on: operands.backend)
        }
    }
}
