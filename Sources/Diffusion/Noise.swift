import Glibc

/// Normal noise equal to `torch.randn(count, generator: torch.Generator("cpu").manual_seed(seed))` in f32, bit for bit on x86.
///
/// For counts that are multiples of 16, which latents always have, the reference's bf16 noise is this noise rounded.
public enum Noise {
    public static func normal(count: Int, seed: UInt64) -> [Float] {
        var generator = MersenneTwister(seed: seed)
        return count < 16 ? pairs(count, &generator) : blocks(count, &generator)
    }

    /// Box–Muller over blocks of 16 uniforms; what is left over is drawn anew as the last 16.
    private static func blocks(_ count: Int, _ generator: inout MersenneTwister) -> [Float] {
        var values = (0..<count).map { _ in generator.nextFloat() }
        for start in stride(from: 0, through: count - 16, by: 16) { transform(&values, start) }
        if count % 16 != 0 {
            for i in count - 16..<count { values[i] = generator.nextFloat() }
            transform(&values, count - 16)
        }
        return values
    }

    private static func transform(_ values: inout [Float], _ start: Int) {
        for j in start..<start + 8 {
            let radius = (-2 * logarithm(1 - values[j])).squareRoot()
            let (sine, cosine) = sineAndCosine(2 * Float.pi.nextUp * values[j + 8])
            values[j] = radius * cosine
            values[j + 8] = radius * sine
        }
    }

    /// Fewer than 16 values come from f64 pairs.
    private static func pairs(_ count: Int, _ generator: inout MersenneTwister) -> [Float] {
        var values: [Float] = []
        while values.count < count {
            let u1 = generator.nextDouble()
            let u2 = generator.nextDouble()
            let radius = (-2 * log1p(-u2)).squareRoot()
            let angle = 2 * Double.pi * u1
            values += [Float(radius * cos(angle)), Float(radius * sin(angle))]
        }
        return Array(values.prefix(count))
    }

    /// Natural logarithm by the single-precision Cephes polynomial with fused multiply-add: the reference's vector code on x86.
    static func logarithm(_ value: Float) -> Float {
        var exponent = Float(value.exponent) + 1
        var x = value.significand / 2
        if x < 0.707_106_781_186_547_524 {
            exponent -= 1
            x = (x - 1) + x
        } else {
            x -= 1
        }
        let z = x * x
        let coefficients: [Float] = [
            -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
            3.3333331174e-1,
        ]
        var y = polynomial(7.0376836292e-2, coefficients, x) * x
        y = fma(y, z, exponent * -2.12194440e-4)
        y = fma(z, -0.5, y)
        return fma(exponent, 0.693359375, x + y)
    }

    /// Sine and cosine of a non-negative angle by the same library's polynomials on [−π/4, π/4].
    static func sineAndCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
        let octant = (Int32(angle * 1.27323954473516) + 1) & ~1
        var x = fma(Float(octant), -0.78515625, angle)
        x = fma(Float(octant), -2.4187564849853515625e-4, x)
        x = fma(Float(octant), -3.77489497744594108e-8, x)
        let z = x * x
        var c = polynomial(2.443315711809948e-5, [-1.388731625493765e-3, 4.166664568298827e-2], z) * z
        c = fma(c, z, -0.5 * z) + 1
        var s = polynomial(-1.9515295891e-4, [8.3321608736e-3, -1.6666654611e-1], z) * z
        s = fma(s, x, x)
        if octant & 2 != 0 { swap(&s, &c) }
        return (octant & 4 != 0 ? -s : s, (octant - 2) & 4 == 0 ? -c : c)
    }

    private static func polynomial(_ first: Float, _ rest: [Float], _ x: Float) -> Float {
        rest.reduce(first) { fma($0, x, $1) }
    }
}
