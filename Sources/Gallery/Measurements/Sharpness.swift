/// How strongly neighbouring pixels differ.
enum Sharpness {
    /// The variance of the 4-neighbour Laplacian of luma, in squared 8-bit levels; noise raises it, 20 σ² for white noise. 0 for pictures without
    /// a pixel that has eight neighbours.
    static func laplacianVariance(_ luma: Luma) -> Double {
        guard luma.interiorCount > 0 else { return 0 }
        let count = Double(luma.interiorCount)
        var sum: Int64 = 0
        luma.forEachInterior { sum += Int64($0.laplacian) }
        let mean = Double(sum) / count
        var squares = 0.0
        luma.forEachInterior { pixel in
            let deviation = Double(pixel.laplacian) - mean
            squares += deviation * deviation
        }
        return squares / count / Double(Luma.unitsPerLevel * Luma.unitsPerLevel)
    }
}
