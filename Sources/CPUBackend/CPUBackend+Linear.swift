import CKernels
import COneDNN
import Memory
public import Tensors

extension CPUBackend {
    public func linear(_ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation, into output: Tensor) throws {
        _ = try computeType("linear", x.type)
        try run(
            Product(operation: "linear", weight: try dense(weight), bias: bias, gate: nil, activation: activation, accumulates: false), x,
            output)
    }

    public func addLinear(_ x: Tensor, weight: Tensor, bias: Tensor?, gate: Tensor?, to residual: Tensor) throws {
        _ = try computeType("addLinear", x.type)
        try run(
            Product(operation: "addLinear", weight: try dense(weight), bias: bias, gate: gate, activation: .none, accumulates: true), x,
            residual)
    }

    /// What a matrix product is of, apart from the rows that go through it.
    private struct Product {
        let operation: String
        let weight: Tensor
        let bias: Tensor?
        let gate: Tensor?
        let activation: Activation
        let accumulates: Bool
    }

    private func run(_ product: Product, _ x: Tensor, _ output: Tensor) throws {
        if suitsKernel(x, output) {
            try runKernel(product, x, output)
        } else if x.type == .bf16 && !libraryTakesBF16 {
            try runWidened(product, x, output)
        } else {
            try runStaged(product, x, output)
        }
    }

    /// For bf16 that neither the kernel nor oneDNN takes.
    private func runWidened(_ product: Product, _ x: Tensor, _ output: Tensor) throws {
        let wide = try product.accumulates ? widened(output) : empty(output.shape, .f32, for: .workspace)
        let widenedProduct = try Product(
            operation: product.operation, weight: widened(product.weight), bias: product.bias.map(widened), gate: product.gate.map(widened),
            activation: product.activation, accumulates: product.accumulates)
        try run(widenedProduct, widened(x), wide)
        convert(wide, into: output)
    }

    /// Rows from which on packing weights pays. Without products of bf16 pairs oneDNN is slow or has no code at all, whatever the rows.
    private static let kernelRows = 96

    /// The project's own kernel reads and writes views and packs weights once for many rows. oneDNN is better at few rows, and at f32
    /// in dense rows. Decided by shapes alone, so that a plan decides the same.
    private func suitsKernel(_ x: Tensor, _ output: Tensor) -> Bool {
        guard usesOwnProducts else { return false }
        switch x.type {
        case .bf16: return (x.rows >= Self.kernelRows || !hasFastBF16) && x.columns % 2 == 0 && x.rowStride % 2 == 0
        default: return x.rows >= Self.kernelRows && !(x.isContiguous && output.isContiguous)
        }
    }

    private func runKernel(_ product: Product, _ x: Tensor, _ output: Tensor) throws {
        var arguments = KernelProduct()
        arguments.type = x.type.kernelType
        arguments.activation = product.activation.kernelActivation
        arguments.accumulates = product.accumulates
        (arguments.rows, arguments.columns, arguments.depth) = (x.rows, output.columns, x.columns)
        (arguments.x, arguments.output) = (x.matrix, output.matrix)
        arguments.weight = UnsafeRawPointer(product.weight.hostAddress)
        arguments.bias = product.bias.map { UnsafeRawPointer($0.hostAddress) }
        arguments.gate = product.gate.map { UnsafeRawPointer($0.hostAddress) }
        let scratch = try device.allocate(byteCount: kernelProductScratch(team, &arguments), for: .workspace)
        arguments.scratch = scratch.address
        if computes { kernelProduct(team, &arguments) }
        // SAFETY: the kernel works at the scratch's address, so the storage must outlive the call.
        withExtendedLifetime(scratch) {}
    }

    /// Bytes of rows that are staged at once.
    private static let stagingByteCount = 16 << 20

    /// oneDNN is fast on dense operands only (2.6 takes its unoptimised reference code for strided ones), so rows of a view are staged, some at a time.
    private func runStaged(_ product: Product, _ x: Tensor, _ output: Tensor) throws {
        if x.isContiguous && output.isContiguous { return try runDense(product, x, output) }
        let rowByteCount = (x.columns + output.columns) * x.type.byteCount
        let step = max(1, Self.stagingByteCount / rowByteCount)
        for start in stride(from: 0, to: x.rows, by: step) {
            let rows = start..<min(start + step, x.rows)
            let target = output.rows(rows)
            if target.isContiguous {
                try runDense(product, dense(x.rows(rows)), target)
            } else {
                let staged = try product.accumulates ? dense(target) : empty(target.shape, target.type, for: .workspace)
                try runDense(product, dense(x.rows(rows)), staged)
                copy(staged, to: target)
            }
        }
    }

    private func runDense(_ product: Product, _ x: Tensor, _ output: Tensor) throws {
        var description = OneDNNProduct(
            type: x.type.oneDNNType, activation: product.activation.oneDNNActivation, hasBias: product.bias != nil,
            hasGate: product.gate != nil, accumulates: product.accumulates, rows: Int64(x.rows), columns: Int64(output.columns),
            depth: Int64(x.columns))
        let primitive = try Primitive(product.operation) { oneDNNMakeProduct(&description, $0) }
        let scratch = try device.allocate(byteCount: primitive.scratchByteCount, for: .workspace)
        guard computes else { return }
        try primitive.run(
            OneDNNOperands(
                x: x.hostAddress, weight: product.weight.hostAddress, bias: product.bias?.hostAddress, gate: product.gate?.hostAddress,
                output: output.hostAddress, scratch: scratch.address))
        // SAFETY: oneDNN works at the scratch's address, so the storage must outlive the run.
        withExtendedLifetime(scratch) {}
    }
}

extension Activation {
    fileprivate var oneDNNActivation: OneDNNActivation {
        switch self {
        case .none: OneDNNActivationNone
        case .geluTanh: OneDNNActivationGELUTanh
        case .quickGELU: OneDNNActivationQuickGELU
        case .silu: OneDNNActivationSiLU
        }
    }
}
