/// What one picture's pixels say, by the definitions of Documentation/Measurements.md; the keys are those of the JSON interface.
public struct PictureMeasurements: Codable, Equatable, Sendable {
    /// σ / mean of luminance.
    public let contrastRMS: Double
    /// P95 − P5 of lightness L*.
    public let contrastLightness: Double
    /// Estimated standard deviation of luma's noise, in 8-bit levels. Fine texture counts as noise.
    public let noise: Double
    /// False where more than 5 % of the pixels are clipped, which hides noise, or where no pixel has eight neighbours.
    public let noiseReliable: Bool
    /// Variance of luma's Laplacian, in squared 8-bit levels. Noise raises it.
    public let sharpness: Double
    /// Part of the pixels whose luma is 0 or 255 after rounding to 8 bits.
    public let clippedShare: Double
    /// Absent where only the other values are of interest, such as in lists.
    public var histograms: Histograms?

    /// Above this share of clipped pixels the noise reads too low.
    private static let clippingLimit = 0.05

    public init(_ picture: Picture) {
        let luma = Luma(picture)
        let luminance = Luminance(picture: picture)
        let histograms = Histograms(picture, luma)
        contrastRMS = luminance.contrast
        contrastLightness = luminance.lightness(percentile: 0.95) - luminance.lightness(percentile: 0.05)
        noise = NoiseEstimate.standardDeviation(luma)
        sharpness = Sharpness.laplacianVariance(luma)
        clippedShare = Double(histograms.luma[0] + histograms.luma[255]) / Double(luma.values.count)
        noiseReliable = clippedShare <= Self.clippingLimit && luma.interiorCount > 0
        self.histograms = histograms
    }
}
