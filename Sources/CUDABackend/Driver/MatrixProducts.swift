import CCUDA
import Synchronization
import Tensors

/// A matrix product as it is planned: output = epilogue(x·weightᵀ + bias).
///
/// Row-major: x `[m, k]`, weight `[n, k]`, bias `[n]`, output `[m, n]`; strides from row to row in elements. Sums are f32, and the result is
/// rounded once. That is why there is no product that adds to its output: the library's own rounds before it adds.
struct MatrixProduct: Hashable, Sendable {
    enum Epilogue: Hashable, Sendable {
        case none, bias
        /// The tanh form.
        case gelu, biasGELU
    }

    var m: Int
    var n: Int
    var k: Int
    /// Of x, weight and bias.
    var type: ElementType
    var outputType: ElementType
    var xStride: Int
    var weightStride: Int
    var outputStride: Int
    var epilogue = Epilogue.none
}

/// Where a product's operands lie on the device; 0 for no bias.
struct ProductOperands: Sendable {
    var x: UInt64
    var weight: UInt64
    var bias: UInt64
    var output: UInt64
    /// `CUDAEngine.productWorkspaceByteCount` bytes.
    var workspace: UInt64

    /// What all addresses are multiples of, at most 16, which is all that algorithms make a difference of.
    fileprivate var alignment: UInt32 {
        let low = UInt64(1) << (x | weight | output | 16).trailingZeroBitCount
        return UInt32(low)
    }
}

/// Products by cuBLASLt, each planned once: the algorithm depends on the product alone, never on memory or time.
///
/// SAFETY: handles never change; plans are used with the lock held, since a plan's bias address is set for each call.
final class MatrixProducts: @unchecked Sendable {
    private struct Key: Hashable {
        let product: MatrixProduct
        let alignment: UInt32
    }

    private let table: UnsafePointer<CUDAProducts>
    private let handle: CUDAProductsHandle
    private let workspaceByteCount: Int
    private let plans = Mutex<[Key: ProductPlan]>([:])

    init(_ table: UnsafePointer<CUDAProducts>, workspaceByteCount: Int) throws(CUDAError) {
        var handle: CUDAProductsHandle?
        try Self.check("cublasLtCreate", table.pointee.cublasLtCreate(&handle))
        guard let handle else { throw .unsupported(device: "cuBLASLt", feature: "handles") }
        self.table = table
        self.handle = handle
        self.workspaceByteCount = workspaceByteCount
    }

    deinit { _ = table.pointee.cublasLtDestroy(handle) }

    /// Puts a product into a queue.
    /// - Throws: `CUDAError.noAlgorithm`, `.callFailed`.
    func multiply(_ product: MatrixProduct, _ operands: ProductOperands, on stream: CUDAStream) throws(CUDAError) {
        let key = Key(product: product, alignment: operands.alignment)
        try plans.withLock { (plans) throws(CUDAError) in
            let plan: ProductPlan
            if let known = plans[key] {
                plan = known
            } else {
                plan = try ProductPlan(product, alignment: key.alignment, table, handle, workspaceByteCount: workspaceByteCount)
                plans[key] = plan
            }
            try plan.run(operands, handle, on: stream)
        }
    }

    static func check(_ call: String, _ code: Int32) throws(CUDAError) {
        if code != 0 { throw .callFailed(call: call, code: code, name: "cuBLASLt", text: "status \(code) of the library of products") }
    }
}
