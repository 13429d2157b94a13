import Glibc

/// How far two pictures of one size are apart, by the definitions of Documentation/Measurements.md.
public struct PairMeasurements: Codable, Equatable, Sendable {
    /// True where all pixels are equal.
    public let identical: Bool
    /// Peak signal-to-noise ratio of R'G'B' in decibels; `nil`, which JSON shows as null, for identical pictures, where it is infinite.
    public let psnr: Double?
    /// Mean structural similarity of luma; `nil` for pictures with a side below 11 pixels, where its window does not fit.
    public let ssim: Double?
    /// Mean absolute difference of R'G'B' from 0 to 1.
    public let meanDifference: Double

    /// - Throws: `GalleryError.sizesDiffer`.
    public init(_ a: Picture, _ b: Picture) throws(GalleryError) {
        guard a.width == b.width, a.height == b.height else {
            throw .sizesDiffer(width: a.width, height: a.height, otherWidth: b.width, otherHeight: b.height)
        }
        let (first, second) = (a.pixels.span, b.pixels.span)
        var (sum, squares) = (0, 0)
        for index in first.indices {
            let difference = Int(first[index]) - Int(second[index])
            sum += abs(difference)
            squares += difference * difference
        }
        let count = Double(first.count)
        identical = squares == 0
        psnr = identical ? nil : -10 * log10(Double(squares) / count / (255 * 255))
        ssim = StructuralSimilarity(Luma(a), Luma(b))?.mean
        meanDifference = Double(sum) / count / 255
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(identical, forKey: .identical)
        try container.encode(psnr, forKey: .psnr)
        try container.encode(ssim, forKey: .ssim)
        try container.encode(meanDifference, forKey: .meanDifference)
    }
}
