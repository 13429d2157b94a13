import CCUDA
import Memory
public import Tensors

extension CUDABackend {
    public func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) throws {
        try check("linear", x.type)
        let scratch = try productScratch()
        let kernel = "finishProduct" + x.type.kernelSuffix
        if let epilogue = Self.epilogue(bias: bias, activation, x.type), isFast(x, weight, bias, output) {
            try multiply(x, weight, bias: bias, epilogue, into: output, scratch)
        } else if output.type == .f32 {
            try multiply(x, weight, into: output, scratch)
            try elementwise(kernel, output, output, bias: bias, activation: activation)
        } else {
            try forEachUnrounded(x, weight, output, scratch) { product, output in
                try elementwise(kernel, product, output, bias: bias, activation: activation)
            }
        }
        withExtendedLifetime(scratch) {}
    }

    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) throws {
        try check("addLinear", x.type)
        let scratch = try productScratch()
        try forEachUnrounded(x, weight, residual, scratch) { product, residual in
            try elementwise("finishGatedProduct" + x.type.kernelSuffix, product, residual, gate: gate, bias: bias)
        }
        withExtendedLifetime(scratch) {}
    }

    /// What the library does to a product before it rounds it; `nil` for what it cannot, or not precisely enough for f32.
    private static func epilogue(bias: Tensor?, _ activation: Activation, _ type: ElementType) -> MatrixProduct.Epilogue? {
        switch (activation, type) {
        case (.none, _): bias == nil ? .some(.none) : .bias
        case (.geluTanh, .bf16): bias == nil ? .gelu : .biasGELU
        default: nil
        }
    }

    /// Whether the library has tensor cores and epilogues for the operands: rows, and what is read along them, in 16-byte pieces.
    private func isFast(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ output: Tensor) -> Bool {
        let pieces = 16 / x.type.byteCount
        return x.columns % pieces == 0 && output.columns % pieces == 0 && [x, weight, output].allSatisfy(\.hasAlignedRows)
            && (bias?.byteOffset ?? 0) % 16 == 0
    }

    /// Most bytes of a product that are kept in f32 at once.
    private static let unroundedByteCount = 64 << 20

    /// Computes x·weightᵀ in f32, as many rows at a time as fit, and calls `finish` with those rows and the output's.
    private func forEachUnrounded(
        _ x: Tensor, _ weight: Tensor, _ output: Tensor, _ scratch: Storage, finish: (Tensor, Tensor) throws -> Void
    ) throws {
        let step = min(x.rows, max(1, Self.unroundedByteCount / (128 * 4 * output.columns)) * 128)
        let product = try empty([step, output.columns], .f32, for: .workspace)
        for start in stride(from: 0, to: x.rows, by: step) {
            let rows = start..<min(start + step, x.rows)
            let part = product.rows(0..<rows.count)
            try multiply(x.rows(rows), weight, into: part, scratch)
            try finish(part, output.rows(rows))
        }
        // SAFETY: the queue was given the product's address, so it lives until all that uses it is in there.
        withExtendedLifetime(product) {}
    }

    private func productScratch() throws(MemoryError) -> Storage {
        try device.allocate(byteCount: CUDAEngine.productWorkspaceByteCount, for: .workspace)
    }

    private func multiply(
        _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, _ epilogue: MatrixProduct.Epilogue = .none, into output: Tensor,
        _ scratch: Storage
    ) throws(CUDAError) {
        guard computes else { return }
        let product = MatrixProduct(
            m: x.rows, n: output.columns, k: x.columns, type: x.type, outputType: output.type, xStride: x.rowStride,
            weightStride: weight.rowStride, outputStride: output.rowStride, epilogue: epilogue)
        try engine.multiply(
            product,
            ProductOperands(
                x: x.deviceAddress, weight: weight.deviceAddress, bias: bias?.deviceAddress ?? 0, output: output.deviceAddress,
                workspace: scratch.deviceAddress))
    }
}
