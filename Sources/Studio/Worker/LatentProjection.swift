import Diffusion
import Gallery

/// What latents will look like, roughly: a linear map from the channels of a latent to the mean colour of the pixels that the decoder
/// makes of it, fitted by least squares to the pictures that this engine has decoded itself. Before the first of them it knows nothing.
struct LatentProjection {
    /// Of the latents with a constant 1: Σ f·fᵀ and Σ f·colour over all latents of all pictures, each picture with the same weight.
    private(set) var moments: [[Double]]
    private(set) var products: [[Double]]
    /// Colours' weights of each channel, and of the constant.
    private var weights: [[Double]]?
    /// Latents of one picture that are fitted to, spread over it, and pixels of a preview's longer side: more are not seen.
    private static let sampleLimit = 4096
    private static let sideLimit = 128
    /// Keeps the fit defined where a picture has fewer latents than there are channels.
    private static let ridge = 1e-4

    init() { (moments, products) = ([], []) }

    /// What was learnt before.
    init(_ moments: [[Double]], _ products: [[Double]]) {
        (self.moments, self.products) = (moments, products)
        weights = moments.isEmpty ? nil : Self.solved(moments, products)
    }

    /// - Parameter latents: `[channels, height, width]`.
    mutating func learn(_ latents: [Float], _ layout: LatentLayout, _ picture: Picture) {
        let count = layout.channels + 1
        if moments.count != count {
            moments = Array(repeating: Array(repeating: 0, count: count), count: count)
            products = Array(repeating: Array(repeating: 0, count: 3), count: count)
        }
        let area = layout.height * layout.width
        let step = max(1, area / Self.sampleLimit)
        let share = Double(step) / Double(area)
        for index in stride(from: 0, to: area, by: step) {
            let (x, y) = (index % layout.width, index / layout.width)
            let features = Self.features(latents, layout, x, y)
            let colour = Self.meanColour(picture, layout, x, y)
            for i in 0..<count {
                for j in 0..<count { moments[i][j] += share * features[i] * features[j] }
                for k in 0..<3 { products[i][k] += share * features[i] * colour[k] }
            }
        }
        weights = Self.solved(moments, products)
    }

    /// One pixel for each latent, or for some of very many; `nil` before anything was learnt.
    /// - Throws: `GalleryError`.
    func picture(_ latents: [Float], _ layout: LatentLayout) throws(GalleryError) -> Picture? {
        guard let weights, weights.count == layout.channels + 1 else { return nil }
        var pixels: [UInt8] = []
        let step = (max(layout.width, layout.height) + Self.sideLimit - 1) / Self.sideLimit
        let (columns, rows) = (stride(from: 0, to: layout.width, by: step), stride(from: 0, to: layout.height, by: step))
        for y in rows {
            for x in columns {
                let features = Self.features(latents, layout, x, y)
                for k in 0..<3 {
                    let value = zip(features, weights).reduce(0) { $0 + $1.0 * $1.1[k] }
                    pixels.append(value.isFinite ? UInt8(min(max(value, 0), 255).rounded()) : 0)
                }
            }
        }
        return try Picture(width: Array(columns).count, height: Array(rows).count, pixels: pixels)
    }

    private static func features(_ latents: [Float], _ layout: LatentLayout, _ x: Int, _ y: Int) -> [Double] {
        (0..<layout.channels).map { Double(latents[($0 * layout.height + y) * layout.width + x]) } + [1]
    }

    private static func meanColour(_ picture: Picture, _ layout: LatentLayout, _ x: Int, _ y: Int) -> [Double] {
        let (columns, rows) = (picture.width / layout.width, picture.height / layout.height)
        var sum = [0, 0, 0]
        for row in y * rows..<(y + 1) * rows {
            for column in x * columns..<(x + 1) * columns {
                for k in 0..<3 { sum[k] += Int(picture.pixels[3 * (row * picture.width + column) + k]) }
            }
        }
        return sum.map { Double($0) / Double(rows * columns) }
    }

    /// (M + λI)·W = P by Gauss's elimination with pivots.
    private static func solved(_ moments: [[Double]], _ products: [[Double]]) -> [[Double]] {
        let count = moments.count
        var rows = (0..<count).map { i in
            (0..<count).map { moments[i][$0] + ($0 == i ? ridge : 0) } + products[i]
        }
        for column in 0..<count {
            let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
            rows.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = rows[row][column] / rows[column][column]
                for k in column..<count + 3 { rows[row][k] -= factor * rows[column][k] }
            }
        }
        return (0..<count).map { i in (0..<3).map { rows[i][count + $0] / rows[i][i] } }
    }
}
