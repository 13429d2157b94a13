import Glibc

/// Standard deviation of a picture's noise in 8-bit levels of luma, and the spread of its Laplacian.
struct NoiseEstimate {
    /// Of the pixels, the part with the strongest gradient is taken for edges.
    private static let edgeShare = 0.1

    /// J. Immerkær, Fast Noise Variance Estimation, Computer Vision and Image Understanding 64 (1996): √(π/2) / 6 · mean |I ∗ N|; here over
    /// the pixels whose gradient is at most the 90th percentile. 0 for pictures without a pixel that has eight neighbours.
    ///
    /// White noise is not biased by the choice, because Sobel's gradient is odd and N is even: their answers are independent.
    static func standardDeviation(_ luma: Luma) -> Double {
        guard luma.interiorCount > 0 else { return 0 }
        let kept = Int((Double(luma.interiorCount) * (1 - edgeShare)).rounded(.up))
        let limit = orderStatistic(rank: kept - 1) { visit in luma.forEachInterior { visit($0.squaredGradient) } }
        var (sum, count): (Int64, Int) = (0, 0)
        luma.forEachInterior { pixel in
            guard pixel.squaredGradient <= limit else { return }
            sum += Int64(abs(pixel.noise))
            count += 1
        }
        return (Double.pi / 2).squareRoot() / 6 * Double(sum) / Double(count) / Double(Luma.unitsPerLevel)
    }
}
