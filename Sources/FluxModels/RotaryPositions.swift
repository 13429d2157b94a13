import Glibc
import Memory
public import Tensors

/// Rotary positions of the joint sequence (Su et al. 2021, arXiv 2104.09864, on three axes): text tokens at (0, 0, 0), the
/// picture's token in row y and column x at (0, y, x).
public struct RotaryPositions: Sendable {
    public let textTokens: Int
    public let rows: Int
    public let columns: Int

    public init(textTokens: Int, rows: Int, columns: Int) {
        self.textTokens = textTokens
        self.rows = rows
        self.columns = columns
    }

    /// f32 `[textTokens + rows·columns, headSize]`: pairs (cos, sin) of position·10000^(−2j/d) for each axis of d channels.
    /// Angles are f64, as in the reference; `axes` are the channels of each axis.
    public func table(axes: [Int], on backend: any Backend) throws -> Tensor {
        let headSize = axes.reduce(0, +)
        let frequencies = axes.map { width in (0..<width / 2).map { pow(10000, -2 * Double($0) / Double(width)) } }
        var values: [Float] = []
        values.reserveCapacity((textTokens + rows * columns) * headSize)
        for _ in 0..<textTokens * headSize / 2 { values += [1, 0] }
        for row in 0..<rows {
            for column in 0..<columns {
                for (position, axis) in zip([0, row, column], frequencies) {
                    for frequency in axis {
                        let angle = Double(position) * frequency
                        values += [Float(cos(angle)), Float(sin(angle))]
                    }
                }
            }
        }
        return try backend.tensor(values, [textTokens + rows * columns, headSize], .f32, for: .conditioning)
    }
}
