import Glibc

/// Luminance Y = 0.2126 R + 0.7152 G + 0.0722 B of linear light, from encoded sRGB (IEC 61966-2-1).
struct Luminance {
    /// Fixed-point light of each encoded value, so that a weighted sum of three is an exact integer below 2⁴⁸.
    private static let light: [UInt64] = (0...255).map { UInt64((linear($0) * Double(one)).rounded()) }
    private static let one: UInt64 = 1 << 34
    private static let scale = 1 / (Double(one) * 10_000)

    let picture: Picture

    /// Linear light of an encoded value, from 0 to 1.
    static func linear(_ level: Int) -> Double {
        let value = Double(level) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    /// The encoded value of linear light, rounded to 8 bits.
    static func encoded(_ light: Double) -> UInt8 {
        let value = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
        return UInt8(min(max((value * 255).rounded(), 0), 255))
    }

    /// CIE 1976 lightness L* of a luminance relative to white, from 0 to 100.
    static func lightness(_ luminance: Double) -> Double {
        luminance > 216.0 / 24389 ? 116 * cbrt(luminance) - 16 : luminance * 24389 / 27
    }

    /// Root mean square contrast σ / mean, with the population's σ; 0 for a black picture.
    var contrast: Double {
        let count = Double(picture.width * picture.height)
        var sum = 0.0
        forEachPixel { sum += Double($0) * Self.scale }
        guard sum > 0 else { return 0 }
        let mean = sum / count
        var squares = 0.0
        forEachPixel { value in
            let deviation = Double(value) * Self.scale - mean
            squares += deviation * deviation
        }
        return (squares / count).squareRoot() / mean
    }

    /// L* that `share` of the pixels do not exceed: the smallest such value that occurs.
    func lightness(percentile share: Double) -> Double {
        let rank = Int((Double(picture.width * picture.height) * share).rounded(.up)) - 1
        return Self.lightness(Double(orderStatistic(rank: max(rank, 0)) { visit in forEachPixel(visit) }) * Self.scale)
    }

    @inline(__always) private func forEachPixel(_ body: (UInt64) -> Void) {
        let pixels = picture.pixels.span
        let light = Self.light.span
        for index in 0..<picture.width * picture.height {
            let (red, green, blue) = (light[Int(pixels[3 * index])], light[Int(pixels[3 * index + 1])], light[Int(pixels[3 * index + 2])])
            body(2126 * red + 7152 * green + 722 * blue)
        }
    }
}
