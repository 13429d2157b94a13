extension FluxTrace {
    /// One step of the transformer: `latents` becomes the next latents.
    mutating func step() {
        take("img", tokens: imageTokens)
        take("txt", tokens: Self.textTokens)
        take("pe", bytes: tokens * 1024)
        for _ in 0..<19 { if kernels == .fused { fusedDouble() } else { eagerDouble() } }
        take("x", tokens: tokens)
        free("img", "txt")
        for _ in 0..<38 { if kernels == .fused { fusedSingle() } else { eagerSingle() } }
        take("f", tokens: imageTokens)
        free("x")
        take("o", bytes: imageTokens * 128)
        free("f")
        take("latents'", bytes: imageTokens * 256)
        free("o", "latents", "pe")
        rename("latents'", to: "latents")
    }

    private mutating func fusedDouble() {
        take("a", tokens: tokens)
        take("qkv", tokens: 3 * tokens)
        free("a")
        take("o", tokens: tokens)
        free("qkv")
        take("i", tokens: imageTokens)
        take("t", tokens: Self.textTokens)
        free("o", "img", "txt")
        take("a", tokens: tokens)
        take("h", tokens: 4 * tokens)
        free("a")
        take("img", tokens: imageTokens)
        take("txt", tokens: Self.textTokens)
        free("h", "i", "t")
    }

    private mutating func fusedSingle() {
        take("a", tokens: tokens)
        take("l", tokens: 7 * tokens)
        free("a")
        take("y", tokens: tokens)
        free("l", "x")
        rename("y", to: "x")
    }

    private mutating func eagerDouble() {
        let streams = [("img", imageTokens), ("txt", Self.textTokens)]
        for (stream, s) in streams {
            take("n", "m", tokens: s)
            free("n")
            take("qkv." + stream, tokens: 3 * s)
            free("m")
            take("q." + stream, "k." + stream, tokens: s)
        }
        take("Q", "K", "V", tokens: tokens)
        for (stream, _) in streams { free("qkv." + stream, "q." + stream, "k." + stream) }
        take("Q'", "K'", tokens: tokens)
        free("Q", "K")
        take("o", tokens: tokens)
        free("Q'", "K'", "V")
        for (stream, s) in streams { eagerFeedForward(stream, tokens: s) }
        free("o")
    }

    private mutating func eagerFeedForward(_ residual: String, tokens s: Int) {
        take("p", "g", tokens: s)
        free("p")
        take("y", tokens: s)
        free("g", residual)
        take("n", "m", tokens: s)
        free("n")
        take("h", tokens: 4 * s)
        free("m")
        take("e", tokens: 4 * s)
        free("h")
        take("p", tokens: s)
        free("e")
        take("g", tokens: s)
        free("p")
        take(residual, tokens: s)
        free("g", "y")
    }

    private mutating func eagerSingle() {
        take("n", "m", tokens: tokens)
        free("n")
        take("l", tokens: 7 * tokens)
        free("m")
        take("q", "k", "q'", "k'", tokens: tokens)
        free("q", "k")
        take("o", tokens: tokens)
        free("q'", "k'")
        take("e", tokens: 4 * tokens)
        take("c", tokens: 5 * tokens)
        free("o", "e", "l")
        take("p", tokens: tokens)
        free("c")
        take("g", tokens: tokens)
        free("p")
        take("y", tokens: tokens)
        free("g", "x")
        rename("y", to: "x")
    }
}
