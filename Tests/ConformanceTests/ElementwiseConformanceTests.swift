import ReferenceBackend
import Tensors
import Testing

struct ElementwiseConformanceTests {
    /// The last two are one long row and a size that is shared out in pieces.
    private static let shapes = [(1, 1, 0), (3, 5, 2), (17, 33, 1), (9, 160, 0), (1, 20_000, 0), (32, 4096, 0)]

    @Test(arguments: Engine.types)
    func `a sum agrees with the reference, gated or not`(type: ElementType) throws {
        for (rows, columns, margin) in Self.shapes {
            for hasGate in [false, true] {
                try expectAgreement(type, .rounding(type)) { operands in
                    let x = try operands.buffer(rows, columns, margin: margin).view
                    let gate = try hasGate ? operands.tensor(columns) : nil
                    let residual = try operands.buffer(rows, columns, margin: margin)
                    try residual.view.add(x, gate: gate, on: operands.backend)
                    return residual.whole
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `a product of elements agrees with the reference`(type: ElementType) throws {
        for (rows, columns, margin) in Self.shapes {
            try expectAgreement(type, .rounding(type)) { operands in
                let x = try operands.buffer(rows, columns, margin: margin).view
                let target = try operands.buffer(rows, columns, margin: margin)
                try target.view.multiply(by: x, on: operands.backend)
                return target.whole
            }
        }
    }

    @Test(arguments: Engine.types)
    func `every activation agrees with the reference, in its tails too`(type: ElementType) throws {
        for activation in Activation.allCases {
            for scale: Float in [1, 12, 300] {
                try expectAgreement(type, .rounding(type)) { operands in
                    try operands.tensor(7, 501, scale: scale).activated(activation, on: operands.backend)
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `a step of the flow agrees with the reference`(type: ElementType) throws {
        for (rows, columns, margin) in Self.shapes {
            try expectAgreement(.f32, .rounding(.f32)) { operands in
                let latents = try operands.buffer(rows, columns, margin: margin)
                let velocity = try operands.tensor(rows, columns, type: type)
                try latents.view.eulerStep(velocity: velocity, delta: -0.0625, on: operands.backend)
                return latents.whole
            }
        }
    }

    @Test(arguments: ElementType.allCases, ElementType.allCases)
    func `conversions are exact roundings`(from: ElementType, to: ElementType) throws {
        for (scale, margin) in [(Float(1), 0), (6e4, 3), (1e-6, 1)] {
            try expectAgreement(from, Tolerance(absolute: 0, relative: 0)) { operands in
                let x = try operands.buffer(3, 333, margin: margin, scale: scale).view
                return try x.converted(to: to, on: operands.backend)
            }
        }
    }

    @Test(arguments: Engine.all)
    func `ties, subnormals, zeros and infinities convert to the same bits as the reference's`(engine: Engine) throws {
        let values: [Float] = [
            0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, 0x1p-24, 0x1p-25, 0x1.8p-25, 0x1.002p-15, 65504, 65519.996, 65520,
            -70000,
            .greatestFiniteMagnitude, 0x1.01p0, 0x1.03p0, 0x1.0101p0, 0x1.002p0, 0x1.006p0, 0x1p-133, 0x1.8p-134,
        ]
        for from in ElementType.allCases {
            for to in ElementType.allCases {
                let bits = try [ReferenceBackend() as any Backend, engine.backend].map { backend in
                    let converted = try backend.tensor(values, [values.count], from).converted(to: to, on: backend)
                    return try backend.download(converted).map(\.bitPattern)
                }
                #expect(bits[0] == bits[1], "\(from) to \(to)")
            }
        }
    }

    @Test(arguments: Engine.all, ElementType.allCases)
    func `no conversion makes a number of NaN`(engine: Engine, from: ElementType) throws {
        for to in ElementType.allCases {
            // The second one's payload lies in the bits that narrower types drop.
            let values = [Float.nan, Float(bitPattern: 0x7f80_0001), -Float.nan]
            let x = try engine.backend.tensor(values, [3], from)
            let found = try engine.backend.download(try x.converted(to: to, on: engine.backend))
            #expect(found.allSatisfy { $0.isNaN }, "\(from) to \(to)")
        }
    }

    @Test(arguments: Engine.all, ElementType.allCases)
    func `finiteness is lost with any element of a view and none outside it`(engine: Engine, type: ElementType) throws {
        for (rows, columns) in [(1, 1), (5, 37), (3, 64), (200, 170)] {
            for bad in [Float.nan, .infinity, -.infinity] {
                for position in [0, rows * columns / 2, rows * columns - 1] {
                    var values = [Float](repeating: 1, count: rows * (columns + 2))
                    values[0] = bad
                    let whole = try engine.backend.tensor(values, [rows, columns + 2], type)
                    let untouched = try engine.backend.isFinite(whole.columns(1..<columns + 1))
                    #expect(untouched)
                    values[position / columns * (columns + 2) + 1 + position % columns] = bad
                    let spoiled = try engine.backend.tensor(values, [rows, columns + 2], type)
                    let finite = try engine.backend.isFinite(spoiled.columns(1..<columns + 1))
                    #expect(!finite, "\(bad) at \(position)")
                }
            }
        }
    }

    @Test(arguments: Engine.types)
    func `rows of a table are looked up unchanged`(type: ElementType) throws {
        try expectAgreement(type, Tolerance(absolute: 0, relative: 0)) { operands in
            let table = try operands.buffer(50, 33, margin: 2).view
            return try table.embedding(of: [49, 0, 7, 7, 31], on: operands.backend)
        }
    }
}
