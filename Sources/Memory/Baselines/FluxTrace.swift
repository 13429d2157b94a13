/// The buffers of a FLUX picture with 16-bit elements and 512 text tokens, as kernels of two kinds take them: what allocators are
/// compared on.
///
/// Pure shapes: no weights, no scratch of libraries. One unit is a token of the transformer, 3072 elements.
public struct FluxTrace {
    /// How much the kernels do in one go, and so how many buffers lie between them.
    public enum Kernels: String, CaseIterable, Sendable {
        /// Normalisation, bias, activation and residuals are parts of the products.
        case fused
        /// One kernel for each operation.
        case eager
    }

    /// The picture's width in pixels.
    let width: Int
    /// The picture's height in pixels.
    let height: Int
    let kernels: Kernels
    var trace = AllocationTrace()
    private var held: [String: Int] = [:]

    static let textTokens = 512
    var imageTokens: Int { width * height / 256 }
    var tokens: Int { Self.textTokens + imageTokens }

    /// A picture's trace, nothing taken yet.
    init(width: Int, height: Int, kernels: Kernels) {
        self.width = width
        self.height = height
        self.kernels = kernels
    }

    /// Text encoder, `steps` steps of the transformer, autoencoder. Everything has been given back at the end.
    public static func picture(width: Int, height: Int, kernels: Kernels, steps: Int) -> AllocationTrace {
        var flux = FluxTrace(width: width, height: height, kernels: kernels)
        flux.encodeText()
        flux.take("latents", bytes: flux.imageTokens * 256)
        for _ in 0..<steps { flux.step() }
        flux.free("context")
        flux.decode()
        return flux.trace
    }

    /// The text encoder alone, whose output is held at the end.
    public static func textEncoder() -> AllocationTrace {
        var flux = FluxTrace(width: 0, height: 0, kernels: .fused)
        flux.encodeText()
        return flux.trace
    }

    /// One step of the transformer between latents and latents, which it begins with as with the text encoder's output.
    public static func transformerStep(width: Int, height: Int, kernels: Kernels) -> AllocationTrace {
        var flux = FluxTrace(width: width, height: height, kernels: kernels)
        flux.take("context", bytes: textTokens * 4096 * 2)
        flux.take("latents", bytes: flux.imageTokens * 256)
        flux.step()
        return flux.trace
    }

    /// The autoencoder's decoder alone, from latents to pixels.
    public static func decoder(width: Int, height: Int, kernels: Kernels) -> AllocationTrace {
        var flux = FluxTrace(width: width, height: height, kernels: kernels)
        flux.take("latents", bytes: flux.imageTokens * 256)
        flux.decode()
        return flux.trace
    }

    mutating func take(_ name: String, bytes: Int) {
        precondition(held[name] == nil, "\(name) is held already")
        held[name] = trace.allocate(byteCount: bytes)
    }

    mutating func take(_ names: String..., tokens: Int) {
        for name in names { take(name, bytes: tokens * 3072 * 2) }
    }

    mutating func free(_ names: String...) {
        for name in names {
            guard let index = held.removeValue(forKey: name) else { preconditionFailure("\(name) is not held") }
            trace.free(index)
        }
    }

    mutating func rename(_ name: String, to newName: String) {
        precondition(held[newName] == nil, "\(newName) is held already")
        held[newName] = held.removeValue(forKey: name)
    }

    private mutating func encodeText() {
        let hidden = Self.textTokens * 4096 * 2
        let wide = Self.textTokens * 10240 * 2
        take("x", bytes: hidden)
        for _ in 0..<24 {
            for name in ["n", "q", "k", "v"] { take(name, bytes: hidden) }
            free("n")
            take("o", bytes: hidden)
            free("q", "k", "v")
            take("p", bytes: hidden)
            free("o")
            take("y", bytes: hidden)
            free("x", "p")
            take("n", bytes: hidden)
            take("g", bytes: wide)
            take("u", bytes: wide)
            free("n")
            take("m", bytes: wide)
            free("g", "u")
            take("o", bytes: hidden)
            free("m")
            take("x", bytes: hidden)
            free("y", "o")
        }
        rename("x", to: "context")
    }
}
