extension FluxTrace {
    /// The autoencoder's decoder: takes `latents` and gives pixels, which are given back as well.
    mutating func decode() {
        var scale = 1
        take("x", channels: 512, at: scale)
        free("latents")
        residual(from: 512, to: 512, at: scale)
        for name in ["n", "q", "k", "v"] { take(name, channels: 512, at: scale) }
        free("n")
        take("o", channels: 512, at: scale)
        free("q", "k", "v")
        take("p", channels: 512, at: scale)
        free("o")
        take("y", channels: 512, at: scale)
        free("x", "p")
        rename("y", to: "x")
        residual(from: 512, to: 512, at: scale)
        var channels = 512
        for (level, next) in [512, 512, 256, 128].enumerated() {
            for _ in 0..<3 {
                residual(from: channels, to: next, at: scale)
                channels = next
            }
            guard level < 3 else { break }
            scale *= 2
            upsample(channels, at: scale)
        }
        take("n", channels: 128, at: scale)
        free("x")
        take("pixels", bytes: 3 * width * height * 4)
        free("n", "pixels")
    }

    private mutating func take(_ name: String, channels: Int, at scale: Int) {
        take(name, bytes: channels * (height / 8 * scale) * (width / 8 * scale) * 2)
    }

    private mutating func upsample(_ channels: Int, at scale: Int) {
        if kernels == .fused {
            take("x'", channels: channels, at: scale)
            free("x")
        } else {
            take("u", channels: channels, at: scale)
            free("x")
            take("x'", channels: channels, at: scale)
            free("u")
        }
        rename("x'", to: "x")
    }

    private mutating func residual(from input: Int, to output: Int, at scale: Int) {
        normalize(input, at: scale)
        take("c", channels: output, at: scale)
        free("n")
        take("n'", channels: output, at: scale)
        free("c")
        rename("n'", to: "n")
        activate(output, at: scale)
        take("c", channels: output, at: scale)
        free("n")
        if input != output {
            take("shortcut", channels: output, at: scale)
            free("x")
            rename("shortcut", to: "x")
        }
        if kernels == .fused {
            free("x")
            rename("c", to: "x")
        } else {
            take("y", channels: output, at: scale)
            free("x", "c")
            rename("y", to: "x")
        }
    }

    private mutating func normalize(_ channels: Int, at scale: Int) {
        take("n", channels: channels, at: scale)
        activate(channels, at: scale)
    }

    /// Normalisation and activation are one kernel when fused.
    private mutating func activate(_ channels: Int, at scale: Int) {
        guard kernels == .eager else { return }
        take("m", channels: channels, at: scale)
        free("n")
        rename("m", to: "n")
    }
}
