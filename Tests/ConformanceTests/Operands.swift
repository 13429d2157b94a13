import Tensors

/// Makes the operands of one comparison: the same values on every backend, from a seed.
struct Operands {
    let backend: any Backend
    let type: ElementType
    private var state: UInt64

    init(seed: UInt64, type: ElementType, backend: any Backend) {
        state = seed
        self.type = type
        self.backend = backend
    }

    /// SplitMix64 (Steele, Lea and Flood 2014), as a value in −1 ..< 1.
    private mutating func next() -> Float {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Float((z ^ (z >> 31)) >> 40) * 0x1p-23 - 1
    }

    /// Values spread evenly over ±`scale` around `offset`.
    mutating func tensor(_ shape: Int..., scale: Float = 1, offset: Float = 0, type: ElementType? = nil) throws -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { _ in next() * scale + offset }
        return try backend.tensor(values, shape, type ?? self.type)
    }

    /// A weight whose products with values in ±1 stay near 1: `[rows, depth]`.
    mutating func weight(_ rows: Int, _ depth: Int) throws -> Tensor {
        try tensor(rows, depth, scale: 3 / Float(depth).squareRoot())
    }

    /// A buffer with `margin` extra columns on either side of `columns`, and the view of those in between.
    mutating func buffer(_ rows: Int, _ columns: Int, margin: Int, scale: Float = 1) throws -> (whole: Tensor, view: Tensor) {
        let whole = try tensor(rows, columns + 2 * margin, scale: scale)
        return (whole, margin == 0 ? whole : whole.columns(margin..<margin + columns))
    }
}
