/// MT19937 (Matsumoto & Nishimura 1998) as torch's CPU generator seeds and reads it.
struct MersenneTwister {
    private var state: [UInt32]
    private var next = 624

    /// Only the low 32 bits of the seed count, as in the reference.
    init(seed: UInt64) {
        state = [UInt32(truncatingIfNeeded: seed)]
        for j in 1..<624 {
            let previous = state[j - 1]
            state.append(1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(j))
        }
    }

    mutating func nextWord() -> UInt32 {
        if next == 624 { twist() }
        var y = state[next]
        next += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9d2c_5680
        y ^= (y << 15) & 0xefc6_0000
        return y ^ (y >> 18)
    }

    /// Uniform in [0, 1) with 24 bits.
    mutating func nextFloat() -> Float { Float(nextWord() & 0xff_ffff) * 0x1p-24 }

    /// Uniform in [0, 1) with 53 bits; the first word drawn is the high one.
    mutating func nextDouble() -> Double {
        let high = UInt64(nextWord())
        let word = high << 32 | UInt64(nextWord())
        return Double(word & ((1 << 53) - 1)) * 0x1p-53
    }

    private mutating func twist() {
        for j in 0..<624 {
            let y = (state[j] & 0x8000_0000) | (state[(j + 1) % 624] & 0x7fff_ffff)
            state[j] = state[(j + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
        }
        next = 0
    }
}
