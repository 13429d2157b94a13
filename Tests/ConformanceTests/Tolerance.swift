import ReferenceBackend
import Tensors
import Testing

/// How far a result may be from the reference: `absolute + |reference|·relative`.
struct Tolerance {
    var absolute: Float
    var relative: Float
    /// Added for engines that round attention's weights.
    var narrowWeights: Float = 0

    /// Operations whose f32 arithmetic loses only a few units in the last place.
    ///
    /// f32: 2⁻²⁴ for each of a handful of roundings, and sums of terms near 1 that may cancel. bf16: both sides round an
    /// almost equal f32 once, so they differ by one unit in the last place at most, 2⁻⁷ of the value.
    static func rounding(_ type: ElementType) -> Tolerance {
        switch type {
        case .f32: Tolerance(absolute: 2e-6, relative: 2e-6)
        case .bf16: Tolerance(absolute: 2e-6, relative: 0x1p-7)
        case .f16: Tolerance(absolute: 2e-6, relative: 0x1p-10)
        }
    }

    /// Sums of `terms` products of magnitude ≤ `size`: roundings add up like a random walk; four deviations.
    static func sum(_ type: ElementType, terms: Int, size: Float) -> Tolerance {
        var tolerance = rounding(type)
        tolerance.absolute += 4 * Float(terms).squareRoot() * size * 0x1p-24
        return tolerance
    }
}

/// Runs `body` on the reference and on each engine with equal operands and compares what it returns, padding included.
func expectAgreement(
    of engines: [Engine] = Engine.all, _ type: ElementType, _ tolerance: Tolerance, seed: UInt64 = 1,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (inout Operands) throws -> Tensor
) throws {
    let reference = ReferenceBackend()
    var referenceOperands = Operands(seed: seed, type: type, backend: reference)
    let expected = reference.download(try body(&referenceOperands))
    for engine in engines {
        var operands = Operands(seed: seed, type: type, backend: engine.backend)
        let found = try engine.backend.download(try body(&operands))
        let absolute = tolerance.absolute + (engine.narrowsAttentionWeights ? tolerance.narrowWeights : 0)
        // Written so that a NaN is wrong.
        let wrong = expected.indices.filter { !(abs(found[$0] - expected[$0]) <= absolute + abs(expected[$0]) * tolerance.relative) }
        if let first = wrong.first {
            Issue.record(
                """
                \(engine.testDescription): \(wrong.count) of \(expected.count) elements are wrong (seed \(seed)); \
                [\(first)] is \(found[first]), expected \(expected[first])
                """,
                sourceLocation: sourceLocation)
        }
    }
}
