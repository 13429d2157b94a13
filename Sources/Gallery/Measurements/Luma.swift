/// Luma Y' = 0.2126 R' + 0.7152 G' + 0.0722 B' of the encoded values, `[height, width]`, in ten-thousandths of an 8-bit level.
///
/// Integers hold it exactly, so the same pixels give the same measurements on every machine.
struct Luma {
    static let unitsPerLevel = 10_000

    let width: Int
    let height: Int
    let values: [Int32]

    init(_ picture: Picture) {
        width = picture.width
        height = picture.height
        let pixels = picture.pixels.span
        var values = [Int32](repeating: 0, count: picture.width * picture.height)
        var luma = values.mutableSpan
        for index in luma.indices {
            luma[index] = 2126 * Int32(pixels[3 * index]) + 7152 * Int32(pixels[3 * index + 1]) + 722 * Int32(pixels[3 * index + 2])
        }
        self.values = values
    }

    /// Pixels that have all eight neighbours.
    var interiorCount: Int { max(width - 2, 0) * max(height - 2, 0) }

    /// Calls `body` with every pixel that has all eight neighbours.
    @inline(__always) func forEachInterior(_ body: (Neighbourhood) -> Void) {
        guard interiorCount > 0 else { return }
        let values = values.span
        for row in 1..<height - 1 {
            let (above, here, below) = ((row - 1) * width, row * width, (row + 1) * width)
            for column in 1..<width - 1 {
                body(
                    Neighbourhood(
                        northWest: values[above + column - 1], north: values[above + column], northEast: values[above + column + 1],
                        west: values[here + column - 1], centre: values[here + column], east: values[here + column + 1],
                        southWest: values[below + column - 1], south: values[below + column], southEast: values[below + column + 1]))
            }
        }
    }
}

/// A pixel's luma and its neighbours'.
struct Neighbourhood {
    let northWest, north, northEast: Int32
    let west, centre, east: Int32
    let southWest, south, southEast: Int32

    /// [0 1 0; 1 −4 1; 0 1 0].
    var laplacian: Int32 { north + south + west + east - 4 * centre }

    /// [1 −2 1; −2 4 −2; 1 −2 1], which is blind to planes: what answers is noise, or structure as fine as noise.
    var noise: Int32 { northWest + northEast + southWest + southEast - 2 * (north + south + west + east) + 4 * centre }

    /// The squared length of Sobel's gradient, below 2⁴⁸.
    var squaredGradient: UInt64 {
        let horizontal = northEast + 2 * east + southEast - northWest - 2 * west - southWest
        let vertical = southWest + 2 * south + southEast - northWest - 2 * north - northEast
        return UInt64(Int64(horizontal) * Int64(horizontal) + Int64(vertical) * Int64(vertical))
    }
}
