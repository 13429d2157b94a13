/// Puts a picture together from its tiles, row by row; rows are kept in f32 only until their last tile has come.
struct PictureAssembly {
    private let grid: TileGrid
    private let width: Int
    /// Weighted sums of the rows that tiles are still to come for; empty before the first and after the last.
    private var sums: [[Float]]
    private var tilesToCome: [Int]
    /// 8-bit RGB, row-major.
    private(set) var pixels: [UInt8]

    init(_ grid: TileGrid) {
        self.grid = grid
        width = grid.columns.length * grid.scale
        let height = grid.rows.length * grid.scale
        sums = Array(repeating: [], count: height)
        pixels = Array(repeating: 0, count: 3 * width * height)
        tilesToCome = Array(repeating: 0, count: height)
        for index in grid.rows.starts.indices {
            let latents = grid.rows.latents(index)
            for y in latents.lowerBound * grid.scale..<latents.upperBound * grid.scale { tilesToCome[y] += grid.columns.starts.count }
        }
    }

    /// Adds rows of a tile.
    /// - Parameters:
    ///   - values: Whole rows, about −1 to 1, `[rows, tile width, 3]`.
    ///   - first: The tile's row that they begin with.
    mutating func add(_ values: [Float], ofTile tile: Int, from first: Int) {
        let (row, column) = (grid.row(tile), grid.column(tile))
        let shares = grid.columns.shares[column]
        let left = 3 * grid.columns.starts[column] * grid.scale
        for y in 0..<values.count / (3 * shares.count) {
            let share = grid.rows.shares[row][first + y]
            let target = grid.rows.starts[row] * grid.scale + first + y
            // Taken out, so that the row is changed in place.
            var sum = sums[target]
            sums[target] = []
            if sum.isEmpty { sum = Array(repeating: 0, count: 3 * width) }
            for x in 0..<3 * shares.count { sum[left + x] += share * shares[x / 3] * values[3 * y * shares.count + x] }
            tilesToCome[target] -= 1
            if tilesToCome[target] > 0 { sums[target] = sum } else { finish(target, sum) }
        }
    }

    private mutating func finish(_ y: Int, _ row: [Float]) {
        for x in 0..<3 * width {
            pixels[3 * y * width + x] = UInt8((min(max(0.5 * row[x] + 0.5, 0), 1) * 255).rounded(.toNearestOrEven))
        }
    }
}
