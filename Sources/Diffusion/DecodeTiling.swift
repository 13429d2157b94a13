/// Overlapping square tiles that a picture is decoded in where it does not fit as a whole.
///
/// Inexact: the decoder's group norms and its attention see a tile in place of the picture.
public struct DecodeTiling: Equatable, Sendable {
    /// Pixels.
    public let side, overlap: Int

    /// What tiles are unless a test says otherwise: a quarter of each overlaps the next.
    public static let standard = DecodeTiling(side: 512, overlap: 128)
}

/// How latents become a picture.
public enum Decoding: Equatable, Sendable {
    /// Exactly, or not at all.
    case whole
    /// As a whole if that fits the budget, else in tiles.
    case tiledIfNeeded(DecodeTiling)
    case tiled(DecodeTiling)
}

/// Spans of one length that cover an axis of a picture, and how much each counts where they overlap.
struct TileAxis: Equatable {
    /// Latents along the axis, and of a tile.
    let length, tile: Int
    /// First latents of the tiles, ascending; the first tile begins where the axis does, and the last one ends with it.
    let starts: [Int]
    /// Share of each tile in its pixels, linear where it meets another; those of a pixel's tiles sum to 1.
    let shares: [[Float]]

    /// - Parameters:
    ///   - tile: Most latents of a tile.
    ///   - overlap: Least latents that neighbours share; less than `tile`.
    ///   - scale: Pixels per latent.
    init(length: Int, tile: Int, overlap: Int, scale: Int) {
        precondition(length > 0 && (0..<tile).contains(overlap))
        self.length = length
        self.tile = min(tile, length)
        let rest = length - self.tile
        let count = rest == 0 ? 1 : 1 + (rest + tile - overlap - 1) / (tile - overlap)
        let starts = (0..<count).map { count == 1 ? 0 : $0 * rest / (count - 1) }
        self.starts = starts
        let pixels = self.tile * scale
        // Rises from the side where another tile lies before it, and falls to the side where one follows.
        func height(_ index: Int, _ x: Int) -> Float {
            let rising = index == 0 ? 1 : (Float(x) + 0.5) / Float(overlap * scale)
            let falling = index == count - 1 ? 1 : (Float(pixels - x) - 0.5) / Float(overlap * scale)
            return min(1, rising, falling)
        }
        let heights = (0..<count).map { index in (0..<pixels).map { height(index, $0) } }
        var sums = [Float](repeating: 0, count: length * scale)
        for (start, heights) in zip(starts, heights) {
            for (x, height) in heights.enumerated() { sums[start * scale + x] += height }
        }
        shares = zip(starts, heights).map { start, heights in heights.enumerated().map { x, height in height / sums[start * scale + x] } }
    }

    func latents(_ index: Int) -> Range<Int> { starts[index]..<starts[index] + tile }
}

/// The tiles of a picture in reading order. A picture as a whole is one tile.
struct TileGrid: Equatable {
    let rows, columns: TileAxis
    /// Pixels per latent.
    let scale: Int

    init(_ layout: LatentLayout, scale: Int, _ tiling: DecodeTiling? = nil) {
        func axis(_ length: Int) -> TileAxis {
            guard let tiling else { return TileAxis(length: length, tile: length, overlap: 0, scale: scale) }
            return TileAxis(length: length, tile: tiling.side / scale, overlap: tiling.overlap / scale, scale: scale)
        }
        (rows, columns) = (axis(layout.height), axis(layout.width))
        self.scale = scale
    }

    var count: Int { rows.starts.count * columns.starts.count }

    func row(_ tile: Int) -> Int { tile / columns.starts.count }
    func column(_ tile: Int) -> Int { tile % columns.starts.count }
}
