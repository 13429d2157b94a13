import CKernels
import Memory
public import Tensors

extension CPUBackend {
    public func embed(_ ids: [Int32], table: Tensor, into output: Tensor) {
        guard computes else { return }
        kernelCopyRows(
            team, table.hostAddress, table.rowStride * table.type.byteCount, ids, output.hostAddress,
            output.rowStride * output.type.byteCount, output.rows, output.columns * output.type.byteCount)
    }

    public func upsampleNearest(_ x: Tensor, into output: Tensor) throws {
        _ = try computeType("upsampleNearest", x.type)
        guard computes else { return }
        kernelUpsample(team, x.hostAddress, x.shape[0], x.shape[1], x.columns * x.type.byteCount, output.hostAddress)
    }

    public func upload(_ values: [Float], to output: Tensor) {
        values.withUnsafeBytes { values in
            // SAFETY: the kernel reads through this address and never writes.
            let address = UnsafeMutableRawPointer(mutating: values.baseAddress)
            convert(KernelMatrix(address: address, stride: output.columns), .f32, output.matrix, output.type, output)
        }
    }

    public func download(_ x: Tensor) -> [Float] {
        if !computes { return [Float](repeating: 0, count: x.elementCount) }
        return [Float](unsafeUninitializedCapacity: x.elementCount) { buffer, count in
            convert(x.matrix, x.type, KernelMatrix(address: buffer.baseAddress, stride: x.columns), .f32, x)
            count = x.elementCount
        }
    }

    public func convert(_ x: Tensor, into output: Tensor) {
        convert(x.matrix, x.type, output.matrix, output.type, x)
    }

    private func convert(_ x: KernelMatrix, _ from: ElementType, _ output: KernelMatrix, _ to: ElementType, _ shape: Tensor) {
        var arguments = KernelElementwise()
        arguments.kind = KernelElementwiseConvert
        (arguments.from, arguments.to) = (from.kernelType, to.kernelType)
        (arguments.rows, arguments.columns) = (shape.rows, shape.columns)
        (arguments.x, arguments.output) = (x, output)
        if computes { kernelElementwise(team, &arguments) }
    }

    /// The tensor's values in f32.
    func widened(_ x: Tensor) throws(MemoryError) -> Tensor {
        let wide = try empty(x.shape, .f32, for: .workspace)
        convert(x, into: wide)
        return wide
    }

    /// The tensor itself if its rows follow each other, else a copy whose rows do.
    func dense(_ x: Tensor) throws(MemoryError) -> Tensor {
        if x.isContiguous { return x }
        let dense = try empty(x.shape, x.type, for: .workspace)
        copy(x, to: dense)
        return dense
    }

    /// Copies a matrix between views of one shape and type.
    func copy(_ source: Tensor, to target: Tensor) {
        guard computes else { return }
        let byteCount = source.type.byteCount
        kernelCopyRows(
            team, source.hostAddress, source.rowStride * byteCount, nil, target.hostAddress, target.rowStride * byteCount, source.rows,
            source.columns * byteCount)
    }
}
