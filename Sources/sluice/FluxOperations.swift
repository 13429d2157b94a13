import Memory
import Tensors

/// FLUX.1's operations at the shapes that a picture of one size gives them, and the two that set the roof they are held against.
struct FluxOperations {
    let backend: any Backend
    let type: ElementType
    /// Pixels.
    let side: Int

    private static let width = 3072
    private static let heads = 24
    static let textTokens = 512
    private var imageTokens: Int { side * side / 256 }
    private var tokens: Int { Self.textTokens + imageTokens }

    /// Plain matrix products, the fastest of which is the roof of arithmetic.
    func products() throws -> [OperationBenchmark] {
        try [(2048, 2048, 2048), (4096, 4096, 4096), (tokens, Self.width, Self.width)].map { rows, depth, columns in
            try linear("matrix product", rows, depth, columns, bias: false)
        }
    }

    /// A copy too large for any cache: the roof of bytes.
    func copy() throws -> OperationBenchmark {
        let x = try filled([1 << 16, 2048])
        return OperationBenchmark("copy", "\(x.rows)×\(x.columns)", .bytes(2 * x.byteCount)) { try x.copied(on: backend) }
    }

    /// A step's operations.
    func transformer() throws -> [OperationBenchmark] {
        let (width, tokens) = (Self.width, tokens)
        let (shift, weight) = (try filled([width]), try filled([width / Self.heads]))
        let (x, rotary) = (try filled([tokens, width]), try filled([tokens, width / Self.heads], .f32))
        return try [
            linear("to_q", tokens, width, width), linear("ff in, GELU", imageTokens, width, 4 * width, .geluTanh),
            addLinear("ff out, gated", imageTokens, 4 * width, width), linear("proj_mlp, GELU", tokens, width, 4 * width, .geluTanh),
            addLinear("proj_out, gated", tokens, 5 * width, width), attention("attention", tokens, Self.heads, 128, .none),
            OperationBenchmark("norm, modulated", "\(tokens)×\(width)", .bytes(2 * x.byteCount)) {
                try x.modulated(shift: shift, scale: shift, epsilon: 1e-6, on: backend)
            },
            OperationBenchmark("head norm, rotary", "\(tokens)×\(width)", .bytes(2 * x.byteCount)) {
                try x.normalizeAndRotateHeads(weight: weight, epsilon: 1e-6, rotary: rotary, on: backend)
                return x
            },
        ]
    }

    /// The text encoders' at 512 and 77 tokens.
    func encoders() throws -> [OperationBenchmark] {
        let (x, weight) = (try filled([Self.textTokens, 4096]), try filled([4096]))
        let bias = try filled([64, 2 * Self.textTokens - 1], .f32)
        return try [
            linear("T5 wi", Self.textTokens, 4096, 10240, bias: false),
            attention("T5 attention", Self.textTokens, 64, 64, .relativeBias(bias)), attention("CLIP attention", 77, 12, 64, .causal),
            OperationBenchmark("T5 norm", "\(x.rows)×\(x.columns)", .bytes(2 * x.byteCount)) {
                try x.rmsNorm(weight: weight, epsilon: 1e-6, on: backend)
            },
        ]
    }

    /// The decoder's, level by level.
    func autoencoder() throws -> [OperationBenchmark] {
        var operations: [OperationBenchmark] = []
        for (divisor, channels) in [(8, 512), (4, 512), (2, 256), (1, 128)] {
            let side = side / divisor
            let x = try filled([side, side, channels])
            let (weight, bias) = (try filled([channels, channels, 3, 3]), try filled([channels]))
            let shape = "\(side)×\(side)×\(channels)"
            operations.append(
                OperationBenchmark("convolution 3×3", shape, .operations(2 * x.elementCount * 9 * channels)) {
                    try x.convolved(weight: weight, bias: bias, on: backend)
                })
            operations.append(
                OperationBenchmark("group norm, SiLU", shape, .bytes(2 * x.byteCount)) {
                    try x.groupNorm(groups: 32, weight: bias, bias: bias, epsilon: 1e-6, silu: true, on: backend)
                })
        }
        return operations
    }

    private func linear(
        _ name: String, _ rows: Int, _ depth: Int, _ columns: Int, _ activation: Activation = .none, bias: Bool = true
    ) throws -> OperationBenchmark {
        let (x, weight) = (try filled([rows, depth]), try filled([columns, depth]))
        let bias = try bias ? filled([columns]) : nil
        return OperationBenchmark(name, "\(rows)×\(depth)→\(columns)", .operations(2 * rows * depth * columns)) {
            try x.linear(weight: weight, bias: bias, activation: activation, on: backend)
        }
    }

    private func addLinear(_ name: String, _ rows: Int, _ depth: Int, _ columns: Int) throws -> OperationBenchmark {
        let (x, weight) = (try filled([rows, depth]), try filled([columns, depth]))
        let (residual, gate) = (try filled([rows, columns]), try filled([columns]))
        return OperationBenchmark(name, "\(rows)×\(depth)→\(columns)", .operations(2 * rows * depth * columns)) {
            try residual.addLinear(x, weight: weight, bias: gate, gate: gate, on: backend)
            return residual
        }
    }

    private func attention(_ name: String, _ tokens: Int, _ heads: Int, _ headSize: Int, _ mask: AttentionMask) throws -> OperationBenchmark
    {
        let x = try (0..<3).map { _ in try filled([tokens, heads * headSize]) }
        let work = 4 * tokens * tokens * heads * headSize
        return OperationBenchmark(name, "\(tokens), \(heads) heads of \(headSize)", .operations(work)) {
            try x[0].attention(key: x[1], value: x[2], heads: heads, scale: 1 / Float(headSize).squareRoot(), mask: mask, on: backend)
        }
    }

    /// Values of both signs around a hundredth, the same in every run.
    func filled(_ shape: [Int], _ elementType: ElementType? = nil) throws -> Tensor {
        let tensor = try backend.empty(shape, elementType ?? type)
        let step = max(1, min(tensor.rows, (1 << 20) / tensor.columns))
        let values = (0..<step * tensor.columns).map { Float(($0 &* 2_654_435_761) >> 8 & 0xff) / 12_800 - 0.01 }
        for start in stride(from: 0, to: tensor.rows, by: step) {
            let rows = start..<min(start + step, tensor.rows)
            try backend.upload(Array(values.prefix(rows.count * tensor.columns)), to: tensor.rows(rows))
        }
        return tensor
    }
}

extension Tensor {
    fileprivate var byteCount: Int { elementCount * type.byteCount }
}
