public import Memory

/// The function applied to a matrix product's result before it is rounded.
public enum Activation: String, CaseIterable, Sendable {
    case none
    /// 0.5u(1 + tanh(√(2/π)(u + 0.044715u³))), the transformer's and T5's.
    case geluTanh
    /// u·sigmoid(1.702u), CLIP's.
    case quickGELU
    /// u·sigmoid(u).
    case silu
}

/// Which keys a query sees, and with what added score.
public enum AttentionMask: Sendable {
    case none
    /// Keys up to and including the query's position.
    case causal
    /// Adds `bias[head, key − query + tokens − 1]`; f32 `[heads, 2·tokens − 1]`.
    case relativeBias(Tensor)
}

/// The closed set of operations a model is made of; every engine implements exactly these.
///
/// Operands have been checked (`Tensor+….swift` are the only callers). `T` is the compute type that all operands of a call
/// share unless stated otherwise; accumulation, statistics and transcendental functions are f32, and each result is rounded
/// once, when it is written. Matrices are `[rows, columns]` with any row stride; vectors are contiguous.
public protocol Backend: Sendable {
    var name: String { get }
    var device: any MemoryDevice { get }
    /// Types `T` it computes in, preferred first.
    var computeTypes: [ElementType] { get }

    /// This engine taking its memory from `device`, which is of the same kind as its own.
    func running(on device: any MemoryDevice) -> any Backend

    /// This engine taking the same memory in the same order from `device`, and computing nothing: what a run would hold, without running
    /// it. The addresses that `device` hands out are never used.
    func planning(on device: any MemoryDevice) -> any Backend

    /// output = activation(x·weightᵀ + bias). x `[m, k]`, weight `[n, k]`, bias `[n]`, output `[m, n]`.
    func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) throws

    /// residual += gate ⊙ (x·weightᵀ + bias). gate `[n]`, 1 if absent; residual `[m, n]`.
    func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) throws

    /// output = softmax(scale·query·keyᵀ + mask)·value for each head; operands `[tokens, heads·headSize]`. The score matrix is never whole in memory.
    func attention(query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, mask: AttentionMask, into output: Tensor) throws

    /// output = (x − mean)/√(variance + epsilon)·weight + bias by row; weight and bias `[columns]`.
    func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, into output: Tensor) throws

    /// output = (x − mean)/√(variance + epsilon)·(1 + scale) + shift by row; shift and scale `[columns]`.
    func modulatedLayerNorm(_ x: Tensor, shift: Tensor, scale: Tensor, epsilon: Float, into output: Tensor) throws

    /// output = x/√(mean(x²) + epsilon)·weight by row; weight `[columns]`.
    func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float, into output: Tensor) throws

    /// In place for each head: RMS norm over the head's channels times weight, then rotation of the pairs (2i, 2i+1) by
    /// `rotary[token, i] = (cos, sin)`. x `[tokens, heads·headSize]`, weight `[headSize]`, rotary f32 `[tokens, headSize]`.
    func normalizeAndRotateHeads(_ x: Tensor, weight: Tensor, epsilon: Float, rotary: Tensor) throws

    /// residual += gate ⊙ x; gate `[columns]`, 1 if absent.
    func add(_ x: Tensor, gate: Tensor?, to residual: Tensor) throws

    /// target ⊙= x.
    func multiply(_ target: Tensor, by x: Tensor) throws

    /// output = activation(x).
    func activate(_ x: Tensor, _ activation: Activation, into output: Tensor) throws

    /// output[i] = table[ids[i]], of any one type; ids have been checked against the table's rows.
    func embed(_ ids: [Int32], table: Tensor, into output: Tensor) throws

    /// Normalises each group of channels over all pixels, then weight and bias, then SiLU if asked. x, output `[height, width, channels]`, contiguous.
    func groupNorm(_ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Float, silu: Bool, into output: Tensor) throws

    /// Stride 1, zero padding that keeps the size. x `[height, width, in]`, weight `[out, in, k, k]` with k 1 or 3, bias `[out]`,
    /// output `[height, width, out]`; `residual`, same shape as output, is added before rounding.
    func convolve(_ x: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor?, into output: Tensor) throws

    /// Each pixel becomes 2×2 equal ones: `[h, w, c] → [2h, 2w, c]`, contiguous.
    func upsampleNearest(_ x: Tensor, into output: Tensor) throws

    /// output = x in output's type, round to nearest even.
    func convert(_ x: Tensor, into output: Tensor) throws

    /// latents += delta·velocity; latents f32, velocity `T`, same shape.
    func eulerStep(_ latents: Tensor, velocity: Tensor, delta: Float) throws

    /// Whether every element is finite.
    func isFinite(_ x: Tensor) throws -> Bool

    /// Copies host values to a tensor of the same element count, rounding to its type; contiguous.
    func upload(_ values: [Float], to output: Tensor) throws

    /// Copies a tensor's elements to the host, row-major; waits for whatever produces them.
    func download(_ x: Tensor) throws -> [Float]
}

extension Backend {
    /// For engines that take no memory of their own.
    public func planning(on device: any MemoryDevice) -> any Backend { NullBackend(device: device) }

    /// A tensor with undefined contents.
    public func empty(_ shape: [Int], _ type: ElementType, for owner: MemoryOwner = .activations) throws(MemoryError) -> Tensor {
        let storage = try device.allocate(byteCount: shape.reduce(1, *) * type.byteCount, for: owner)
        return Tensor(storage: storage, shape: shape, type: type)
    }

    /// A tensor holding `values`, row-major.
    public func tensor(_ values: [Float], _ shape: [Int], _ type: ElementType, for owner: MemoryOwner = .activations) throws -> Tensor {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
        let tensor = try empty(shape, type, for: owner)
        try upload(values, to: tensor)
        return tensor
    }

    /// The composed form that a fused implementation must agree with: a product, then a gated sum.
    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) throws {
        let product = try empty([x.rows, weight.rows], x.type)
        try linear(x, weight: weight, bias: bias, activation: .none, into: product)
        try add(product, gate: gate, to: residual)
    }
}
