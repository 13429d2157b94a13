import CPUBackend
import Tensors
import Testing

struct LinearConformanceTests {
    /// Rows, columns and depth of products: single rows, primes, sizes that fill no vector, and one that fills several blocks.
    private static let shapes = [(1, 1, 1), (1, 50, 33), (7, 3, 5), (33, 17, 160), (64, 48, 32), (77, 130, 65), (130, 96, 257)]

    @Test(arguments: Engine.types)
    func `a product with bias and any activation agrees with the reference`(type: ElementType) throws {
        for (rows, columns, depth) in Self.shapes {
            for activation in Activation.allCases {
                try expectAgreement(of: Engine.usual, type, Self.tolerance(type, depth)) { operands in
                    let x = try operands.tensor(rows, depth)
                    let weight = try operands.weight(columns, depth)
                    let bias = try operands.tensor(columns)
                    return try x.linear(weight: weight, bias: bias, activation: activation, on: operands.backend)
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `a product between views leaves the columns around its output alone`(type: ElementType) throws {
        for (rows, columns, depth) in Self.shapes {
            try expectAgreement(of: Engine.usual, type, Self.tolerance(type, depth)) { operands in
                let x = try operands.buffer(rows, depth, margin: 3).view
                let weight = try operands.buffer(columns, depth, margin: 1, scale: 3 / Float(depth).squareRoot()).view
                let output = try operands.buffer(rows, columns, margin: 5)
                _ = try x.linear(weight: weight, bias: nil, into: output.view, on: operands.backend)
                return output.whole
            }
        }
    }

    @Test(arguments: Engine.types)
    func `a gated product adds to its residual with one rounding`(type: ElementType) throws {
        for (rows, columns, depth) in Self.shapes {
            for (margin, hasGate, hasBias) in [(0, true, true), (0, false, true), (0, true, false), (2, true, true), (2, false, false)] {
                try expectAgreement(of: Engine.usual, type, Self.tolerance(type, depth)) { operands in
                    let x = try operands.buffer(rows, depth, margin: margin).view
                    let weight = try operands.weight(columns, depth)
                    let bias = try hasBias ? operands.tensor(columns) : nil
                    let gate = try hasGate ? operands.tensor(columns) : nil
                    let residual = try operands.buffer(rows, columns, margin: margin)
                    try residual.view.addLinear(x, weight: weight, bias: bias, gate: gate, on: operands.backend)
                    return residual.whole
                }
            }
        }
    }

    @Test
    func `a product of many rows of a view agrees with the reference`() throws {
        // More rows than the CPU stages at once.
        let type = ElementType.f32
        let rows = (16 << 20) / (64 * type.byteCount) + 5
        try expectAgreement(of: Engine.usual, type, Self.tolerance(type, 3)) { operands in
            let x = try operands.tensor(rows, 3)
            let weight = try operands.weight(61, 3)
            let output = try operands.buffer(rows, 61, margin: 1)
            _ = try x.linear(weight: weight, bias: nil, into: output.view, on: operands.backend)
            return output.whole.columns(60..<63)
        }
    }

    /// Rows, columns and depth that the CPU's own kernel takes: parts of tiles, of panels and of blocks of columns, sums over one and several
    /// blocks of units; and two that it leaves to others at some levels: few rows, and an odd depth.
    private static let manyRows = [(96, 64, 64), (130, 70, 1100), (97, 33, 2100), (200, 300, 38), (5, 40, 36), (100, 20, 33)]

    @Test(arguments: Engine.types)
    func `a product of many rows agrees with the reference on every instruction set`(type: ElementType) throws {
        for (rows, columns, depth) in Self.manyRows {
            for (margin, isGated) in [(0, false), (2, false), (0, true), (2, true)] {
                try expectAgreement(of: Engine.processors, type, Self.tolerance(type, depth)) { operands in
                    let x = try operands.buffer(rows, depth, margin: margin).view
                    let weight = try operands.weight(columns, depth)
                    let (bias, gate) = (try operands.tensor(columns), try operands.tensor(columns))
                    let output = try operands.buffer(rows, columns, margin: margin)
                    if isGated {
                        try output.view.addLinear(x, weight: weight, bias: bias, gate: gate, on: operands.backend)
                    } else {
                        _ = try x.linear(weight: weight, bias: bias, activation: .geluTanh, into: output.view, on: operands.backend)
                    }
                    return output.whole
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `a product gives the same bits on any number of threads`(type: ElementType) throws {
        let results = try [1, 2, 3, 0].map { threads in
            let backend = CPUBackend(instructionSet: .best, threads: threads)
            var operands = Operands(seed: 7, type: type, backend: backend)
            let (x, weight) = (try operands.buffer(1000, 1100, margin: 2).view, try operands.weight(300, 1100))
            return backend.download(try x.linear(weight: weight, bias: nil, on: backend))
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    private static func tolerance(_ type: ElementType, _ depth: Int) -> Tolerance {
        .sum(type, terms: depth + 2, size: 3 / Float(depth).squareRoot() + 1)
    }
}
