import Memory

/// The matrices of FLUX.1-dev that a step reads, 16-bit, and the time they take on a device of a given rate.
struct FluxChunks {
    let units: [StreamUnit]

    /// - Parameter rate: floating-point operations per second.
    init(side: Int, rate: Double) {
        let text = 512.0
        let image = Double(side * side / 256)
        let tokens = text + image
        let attention = 4 * tokens * tokens * 3072
        func unit(_ input: Double, _ output: Double, _ rows: Double, extra: Double = 0) -> StreamUnit {
            StreamUnit(
                byteCount: Int(2 * output * (input + 1)), nanoseconds: Int((2 * input * output * rows + extra) / rate * 1e9))
        }
        var units: [StreamUnit] = []
        for _ in 0..<19 {
            units += [unit(3072, 9216, image), unit(3072, 9216, text)]
            units += [unit(3072, 3072, image, extra: attention), unit(3072, 3072, text)]
            for rows in [image, text] { units += [unit(3072, 12288, rows), unit(12288, 3072, rows)] }
        }
        for _ in 0..<38 { units += [unit(3072, 21504, tokens), unit(15360, 3072, tokens, extra: attention)] }
        self.units = units
    }

    var byteCount: Int { units.reduce(0) { $0 + $1.byteCount } }
    var nanoseconds: Int { units.reduce(0) { $0 + $1.nanoseconds } }
}
