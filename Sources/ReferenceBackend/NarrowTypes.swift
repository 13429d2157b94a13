/// Rounds a value to `fractionBits` after the binary point of its exponent, ties to even; `minimumExponent` is the smallest normal one.
private func rounded(_ value: Double, fractionBits: Int, minimumExponent: Int) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let unit = Double(sign: .plus, exponent: max(Int(value.exponent), minimumExponent) - fractionBits, significand: 1)
    return (value / unit).rounded(.toNearestOrEven) * unit
}

/// bf16: the upper half of an f32.
enum BrainFloat {
    static func bits(_ value: Double) -> UInt16 {
        if value.isNaN { return 0x7fc0 }
        return UInt16(Float(rounded(value, fractionBits: 7, minimumExponent: -126)).bitPattern >> 16)
    }
}

/// IEEE binary16.
enum HalfPrecision {
    static func value(_ bits: UInt16) -> Float {
        let magnitude = Int(bits & 0x7fff)
        let fraction = Float(magnitude & 0x3ff)
        let value: Float =
            switch magnitude >> 10 {
            case 0: Float(sign: .plus, exponent: -24, significand: 1) * fraction
            case 31: fraction == 0 ? .infinity : .nan
            case let exponent: Float(sign: .plus, exponent: exponent - 25, significand: 1) * (1024 + fraction)
            }
        return bits & 0x8000 == 0 ? value : -value
    }

    static func bits(_ value: Double) -> UInt16 {
        let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
        if value.isNaN { return sign | 0x7e00 }
        let magnitude = abs(rounded(value, fractionBits: 10, minimumExponent: -14))
        if magnitude > 65504 { return sign | 0x7c00 }
        if magnitude < 0x1p-14 { return sign | UInt16(magnitude * 0x1p24) }
        let exponent = Int(magnitude.exponent)
        let fraction = UInt16((magnitude.significand - 1) * 1024)
        return sign | UInt16((exponent + 15) << 10) | fraction
    }
}
