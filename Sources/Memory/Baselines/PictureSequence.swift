/// Fifty pictures in a row, as used to compare allocators.
public enum PictureSequence: String, CaseIterable, Sendable {
    /// Five usual sizes in a random order.
    case buckets
    /// Any multiples of 64 between 0.3 and 1.5 megapixels, within 1:2.
    case random
    /// Squares from 512 to 1024 pixels, each a little larger than the one before.
    case growing

    /// Width and height of each picture in pixels.
    public var sizes: [(width: Int, height: Int)] {
        switch self {
        case .buckets:
            let sizes = [(512, 512), (768, 768), (1024, 1024), (832, 1216), (1216, 832)]
            return "14412434040324113443311143001402023433343120013123".compactMap(\.wholeNumberValue).map { sizes[$0] }
        case .random:
            return Self.randomSizes.split(separator: " ").map { size in
                let sides = size.split(separator: "x").compactMap { Int($0) }
                return (sides[0] * 64, sides[1] * 64)
            }
        case .growing:
            return (0..<50).map { picture in
                let side = 512 * picture / 49 / 16 * 16 + 512
                return (side, side)
            }
        }
    }

    private static let randomSizes = """
        12x20 18x10 17x12 11x8 14x19 18x13 16x10 18x19 17x21 9x15 18x14 8x11 16x9 13x9 17x14 12x19 12x9 20x19 16x9 17x11 17x13 16x10 \
        15x8 19x10 11x13 12x19 18x21 11x13 16x22 14x24 21x16 8x11 19x18 22x17 9x15 11x15 22x13 18x10 9x9 13x20 23x12 8x15 25x14 13x11 \
        16x10 18x11 21x11 14x24 20x18 23x14
        """
}
