import Glibc

/// Structural similarity of two luma planes (Z. Wang and others, IEEE Transactions on Image Processing 13, 2004): windows weighted by a Gaussian of
/// σ 1.5 over 11×11 pixels, population covariance, K₁ = 0.01, K₂ = 0.03, range 1, averaged over the windows that lie inside the picture.
struct StructuralSimilarity {
    private static let radius = 5
    private static let side = 2 * radius + 1
    /// Weights at distances 0…5 from the centre.
    private static let weights: [Double] = {
        let bells = (0...radius).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
        let sum = bells[0] + 2 * bells[1...].reduce(0, +)
        return bells.map { $0 / sum }
    }()

    /// Over all windows; 1 for equal pictures.
    let mean: Double

    /// `nil` where no window fits. The planes have the same size.
    init?(_ a: Luma, _ b: Luma) {
        guard a.width >= Self.side, a.height >= Self.side else { return nil }
        let columns = a.width - Self.side + 1
        // The last eleven rows, smoothed horizontally: all that the vertical sums need.
        var rows = [Moments](repeating: Moments(count: columns), count: Self.side)
        var window = Moments(count: columns)
        var line = Moments(count: a.width)
        var sum = 0.0
        for row in 0..<a.height {
            line.fill(a, b, row: row)
            rows[row % Self.side].smooth(line, weights: Self.weights)
            guard row >= Self.side - 1 else { continue }
            window.combine(rows, centre: row - Self.radius, weights: Self.weights)
            sum += window.similarity()
        }
        mean = sum / Double(columns * (a.height - Self.side + 1))
    }
}

/// One row of means of a, b, a², b² and ab, luma from 0 to 1.
private struct Moments {
    private var rows: [[Double]]

    init(count: Int) {
        rows = Array(repeating: Array(repeating: 0, count: count), count: 5)
    }

    mutating func fill(_ a: Luma, _ b: Luma, row: Int) {
        let scale = 1 / Double(255 * Luma.unitsPerLevel)
        for column in 0..<a.width {
            let (x, y) = (Double(a.values[row * a.width + column]) * scale, Double(b.values[row * a.width + column]) * scale)
            rows[0][column] = x
            rows[1][column] = y
            rows[2][column] = x * x
            rows[3][column] = y * y
            rows[4][column] = x * y
        }
    }

    mutating func smooth(_ line: Moments, weights: [Double]) {
        for map in rows.indices { Self.smooth(line.rows[map], into: &rows[map], weights) }
    }

    private static func smooth(_ line: [Double], into smoothed: inout [Double], _ weights: [Double]) {
        let (line, weights) = (line.span, weights.span)
        let radius = weights.count - 1
        for column in smoothed.indices {
            let centre = column + radius
            var sum = weights[0] * line[centre]
            for distance in 1...radius { sum += weights[distance] * (line[centre - distance] + line[centre + distance]) }
            smoothed[column] = sum
        }
    }

    /// Sums rows around `centre`, each kept at its number modulo their count.
    mutating func combine(_ source: [Moments], centre: Int, weights: [Double]) {
        let radius = weights.count - 1
        for map in rows.indices {
            for column in rows[map].indices { rows[map][column] = weights[0] * source[centre % source.count].rows[map][column] }
            for distance in 1...radius {
                let (above, below) = ((centre - distance) % source.count, (centre + distance) % source.count)
                Self.add(source[above].rows[map], source[below].rows[map], times: weights[distance], to: &rows[map])
            }
        }
    }

    private static func add(_ above: [Double], _ below: [Double], times weight: Double, to sums: inout [Double]) {
        let (above, below) = (above.span, below.span)
        for column in sums.indices { sums[column] += weight * (above[column] + below[column]) }
    }

    /// The sum of the similarities of all windows.
    func similarity() -> Double {
        let (luminanceFloor, contrastFloor) = (0.01 * 0.01, 0.03 * 0.03)
        var sum = 0.0
        for column in rows[0].indices {
            let (x, y) = (rows[0][column], rows[1][column])
            let (varianceX, varianceY) = (rows[2][column] - x * x, rows[3][column] - y * y)
            let covariance = rows[4][column] - x * y
            sum +=
                (2 * x * y + luminanceFloor) * (2 * covariance + contrastFloor)
                / ((x * x + y * y + luminanceFloor) * (varianceX + varianceY + contrastFloor))
        }
        return sum
    }
}
