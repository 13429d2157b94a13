import Glibc
import TestFixtures

@testable import Gallery

/// Pictures whose measurements are known.
enum TestPictures {
    /// Grey levels of `level(column, row)`, which may have fractions, plus normal noise, rounded to 8 bits.
    static func grey(
        _ width: Int, _ height: Int, noise: Double = 0, seed: UInt64 = 1, _ level: (Int, Int) -> Double
    ) throws -> Picture {
        var normal = Normal(seed: seed)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for row in 0..<height {
            for column in 0..<width {
                let value = eightBit(level(column, row) + (noise > 0 ? noise * normal.next() : 0))
                pixels.append(value)
                pixels.append(value)
                pixels.append(value)
            }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    /// A flat grey whose channels have noise of their own.
    static func independentNoise(_ side: Int, level: Double, noise: Double) throws -> Picture {
        var normal = Normal(seed: 2)
        return try Picture(width: side, height: side, pixels: (0..<3 * side * side).map { _ in eightBit(level + noise * normal.next()) })
    }

    private static func eightBit(_ value: Double) -> UInt8 { UInt8(min(max(value.rounded(), 0), 255)) }
}

/// Normally distributed numbers of mean 0 and deviation 1 (Box and Muller).
private struct Normal {
    private var source: Mutator
    private var spare: Double?

    init(seed: UInt64) { source = Mutator(seed: seed) }

    mutating func next() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        let uniform = { (bits: UInt64) in (Double(bits >> 11) + 0.5) / 0x1p53 }
        let radius = (-2 * log(uniform(source.next()))).squareRoot()
        let angle = 2 * Double.pi * uniform(source.next())
        spare = radius * sin(angle)
        return radius * cos(angle)
    }
}
