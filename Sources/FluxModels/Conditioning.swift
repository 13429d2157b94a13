import Glibc
import Tensors
import Weights

/// The vector that steers every modulation: time, guidance where the model has it, and the pooled text.
struct Conditioning {
    let timestepEmbedder: TwoLayerEmbedder
    let guidanceEmbedder: TwoLayerEmbedder?
    let textEmbedder: TwoLayerEmbedder

    init(_ p: Parameters, _ c: FluxTransformerConfiguration) throws {
        let p = p.scope("time_text_embed")
        let sinusoid = FluxTransformerConfiguration.sinusoidWidth
        timestepEmbedder = try TwoLayerEmbedder(p, "timestep_embedder", from: sinusoid, to: c.width)
        guidanceEmbedder = c.guidanceEmbeds ? try TwoLayerEmbedder(p, "guidance_embedder", from: sinusoid, to: c.width) : nil
        textEmbedder = try TwoLayerEmbedder(p, "text_embedder", from: c.pooledProjectionDim, to: c.width)
    }

    /// `[steps, width]` from each step's timestep, the guidance (both times 1000) and the pooled text `[1, pooledProjectionDim]`.
    func callAsFunction(timesteps: [Float], guidance: Float, pooled: Tensor, _ pass: ForwardPass) throws -> Tensor {
        let vector = try timestepEmbedder(sinusoid(timesteps, type: pooled.type, pass), pass)
        if let guidanceEmbedder {
            let embedded = try guidanceEmbedder(sinusoid([guidance], type: pooled.type, pass), pass)
            try addToEachRow(embedded, of: vector, pass)
        }
        try addToEachRow(textEmbedder(pooled, pass), of: vector, pass)
        return vector
    }

    private func addToEachRow(_ row: Tensor, of matrix: Tensor, _ pass: ForwardPass) throws {
        for i in 0..<matrix.rows { try matrix.rows(i..<i + 1).add(row, on: pass.backend) }
    }

    private func sinusoid(_ values: [Float], type: ElementType, _ pass: ForwardPass) throws -> Tensor {
        let width = FluxTransformerConfiguration.sinusoidWidth
        return try pass.backend.tensor(values.flatMap { Self.sinusoid($0) }, [values.count, width], type)
    }

    /// cos(value·f_j) for j in 0..<128, then sin, f_j = 10000^(−j/128), all in f32 as in the reference: arguments reach thousands of
    /// radians, so the order of these operations is part of the result.
    static func sinusoid(_ value: Float) -> [Float] {
        let half = FluxTransformerConfiguration.sinusoidWidth / 2
        let angles = (0..<half).map { j in value * expf(-Float(log(10000.0)) * Float(j) / Float(half)) }
        return angles.map(cosf) + angles.map(sinf)
    }
}

/// Linear, SiLU, Linear.
struct TwoLayerEmbedder {
    let linear1, linear2: Linear

    init(_ p: Parameters, _ name: String, from inputs: Int, to width: Int) throws {
        let p = p.scope(name)
        linear1 = try Linear(p, "linear_1", from: inputs, to: width)
        linear2 = try Linear(p, "linear_2", from: width, to: width)
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass) throws -> Tensor {
        try linear2(linear1(x, pass, .silu), pass)
    }
}
