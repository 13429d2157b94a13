import CCUDA
import Tensors

/// What cuBLASLt needs to know of one product, and the algorithm chosen for it.
///
/// The library's matrices are column-major: a row-major matrix is its own transpose there. So output ᵀ `[n, m]` = weight·xᵀ, in which
/// the bias runs along the first axis, as its epilogue wants it.
///
/// SAFETY: handles never change; `run` is called with `MatrixProducts`' lock held.
final class ProductPlan: @unchecked Sendable {
    private let table: UnsafePointer<CUDAProducts>
    private let product: MatrixProduct
    private let description: CUDAProductDescription
    private let weight: CUDAMatrixLayout
    private let x: CUDAMatrixLayout
    private let output: CUDAMatrixLayout
    private let workspaceByteCount: Int
    private var algorithm = CUDAProductAlgorithm()

    init(
        _ product: MatrixProduct, alignment: UInt32, _ table: UnsafePointer<CUDAProducts>, _ handle: CUDAProductsHandle,
        workspaceByteCount: Int
    ) throws(CUDAError) {
        let (n, m, k) = (UInt64(product.n), UInt64(product.m), UInt64(product.k))
        self.table = table
        self.product = product
        self.workspaceByteCount = workspaceByteCount
        description = try Self.made("cublasLtMatmulDescCreate") {
            table.pointee.cublasLtMatmulDescCreate(&$0, Int32(CUDAComputeF32), Int32(CUDATypeF32))
        }
        func layout(_ type: ElementType, _ rows: UInt64, _ columns: UInt64, _ stride: Int) throws(CUDAError) -> CUDAMatrixLayout {
            try Self.made("cublasLtMatrixLayoutCreate") {
                table.pointee.cublasLtMatrixLayoutCreate(&$0, type.cudaType, rows, columns, Int64(stride))
            }
        }
        weight = try layout(product.type, k, n, product.weightStride)
        x = try layout(product.type, k, m, product.xStride)
        output = try layout(product.outputType, n, m, product.outputStride)
        try set(CUDAProductTransposeA, Int32(1))
        try set(CUDAProductEpilogue, product.epilogue.number)
        try chooseAlgorithm(handle, alignment: alignment)
    }

    deinit {
        _ = table.pointee.cublasLtMatrixLayoutDestroy(output)
        _ = table.pointee.cublasLtMatrixLayoutDestroy(x)
        _ = table.pointee.cublasLtMatrixLayoutDestroy(weight)
        _ = table.pointee.cublasLtMatmulDescDestroy(description)
    }

    /// The library's first choice that adds partial sums in f32 and in a fixed order, within the one workspace there is at any budget.
    private func chooseAlgorithm(_ handle: CUDAProductsHandle, alignment: UInt32) throws(CUDAError) {
        let preference = try Self.made("cublasLtMatmulPreferenceCreate") { table.pointee.cublasLtMatmulPreferenceCreate(&$0) }
        defer { _ = table.pointee.cublasLtMatmulPreferenceDestroy(preference) }
        func prefer<Value: BitwiseCopyable>(_ attribute: Int, _ value: Value) throws(CUDAError) {
            let code = withUnsafeBytes(of: value) { value in
                value.baseAddress.map {
                    table.pointee.cublasLtMatmulPreferenceSetAttribute(preference, Int32(attribute), $0, value.count)
                } ?? 0
            }
            try MatrixProducts.check("cublasLtMatmulPreferenceSetAttribute", code)
        }
        try prefer(CUDAPreferenceWorkspace, workspaceByteCount)
        try prefer(CUDAPreferenceReductionSchemes, UInt32(CUDAReductionComputeType))
        for operand in [CUDAPreferenceAlignmentA, CUDAPreferenceAlignmentB, CUDAPreferenceAlignmentC, CUDAPreferenceAlignmentD] {
            try prefer(operand, alignment)
        }
        var best = CUDAProductHeuristic()
        var count: Int32 = 0
        let code = table.pointee.cublasLtMatmulAlgoGetHeuristic(
            handle, description, weight, x, output, output, preference, 1, &best, &count)
        guard code == 0, count > 0, best.status == 0 else {
            throw .noAlgorithm(product: "\(product)", workspaceByteCount: workspaceByteCount)
        }
        algorithm = best.algorithm
    }

    func run(_ operands: ProductOperands, _ handle: CUDAProductsHandle, on stream: CUDAStream) throws(CUDAError) {
        if product.epilogue == .bias || product.epilogue == .biasGELU { try set(CUDAProductBias, operands.bias) }
        var (alpha, beta): (Float, Float) = (1, 0)
        let code = table.pointee.cublasLtMatmul(
            handle, description, &alpha, operands.weight, weight, operands.x, x, &beta, operands.output, output, operands.output, output,
            &algorithm, operands.workspace, workspaceByteCount, stream.handle)
        try MatrixProducts.check("cublasLtMatmul", code)
    }

    private func set<Value: BitwiseCopyable>(_ attribute: Int, _ value: Value) throws(CUDAError) {
        let code = withUnsafeBytes(of: value) { value in
            value.baseAddress.map {
                table.pointee.cublasLtMatmulDescSetAttribute(description, Int32(attribute), $0, value.count)
            } ?? 0
        }
        try MatrixProducts.check("cublasLtMatmulDescSetAttribute", code)
    }

    private static func made(_ call: String, _ make: (inout OpaquePointer?) -> Int32) throws(CUDAError) -> OpaquePointer {
        var handle: OpaquePointer?
        try MatrixProducts.check(call, make(&handle))
        guard let handle else { throw .callFailed(call: call, code: 0, name: "cuBLASLt", text: "no object") }
        return handle
    }
}

extension MatrixProduct.Epilogue {
    fileprivate var number: UInt32 {
        switch self {
        case .none: UInt32(CUDAEpilogueNone)
        case .bias: UInt32(CUDAEpilogueBias)
        case .gelu: UInt32(CUDAEpilogueGELU)
        case .biasGELU: UInt32(CUDAEpilogueBiasGELU)
        }
    }
}

extension ElementType {
    /// The library's number for the type.
    fileprivate var cudaType: Int32 {
        switch self {
        case .f32: Int32(CUDATypeF32)
        case .f16: Int32(CUDATypeF16)
        case .bf16: Int32(CUDATypeBF16)
        }
    }
}
