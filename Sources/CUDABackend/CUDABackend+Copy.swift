import CCUDA
import Memory
public import Tensors

extension CUDABackend {
    public func embed(_ ids: [Int32], table: Tensor, into output: Tensor) throws {
        guard computes else { return }
        if table.storage.isOffDevice { return try table.hostRows(ids).withUnsafeBytes { try engine.upload($0, to: output.deviceAddress) } }
        // Ids travel as arguments, some at a time: no copy of them is needed on the device.
        for start in stride(from: 0, to: ids.count, by: Int(CUDAEmbeddedRows)) {
            let part = ids[start..<min(start + Int(CUDAEmbeddedRows), ids.count)]
            var arguments = CUDAEmbedding()
            arguments.copy = rowCopy(from: table, to: output.rows(start..<start + part.count))
            withUnsafeMutableBytes(of: &arguments.ids) { bytes in
                part.withUnsafeBytes { bytes.copyMemory(from: $0) }
            }
            try launch("Rows.cu", "embed", grid: (arguments.copy.blocks, 1, 1), block: (256, 1, 1), arguments)
        }
    }

    public func upsampleNearest(_ x: Tensor, into output: Tensor) throws {
        try check("upsampleNearest", x.type)
        guard computes else { return }
        let pixelByteCount = x.columns * x.type.byteCount
        let unit = Self.unit(x.deviceAddress, output.deviceAddress, UInt64(pixelByteCount))
        try launch(
            "Rows.cu", "upsampleNearest", grid: (Self.blocks(x.rows * pixelByteCount / unit), 1, 1), block: (256, 1, 1),
            CUDAUpsampling(
                x: x.deviceAddress, output: output.deviceAddress, height: Int64(x.shape[0]), width: Int64(x.shape[1]),
                pixelByteCount: Int64(pixelByteCount), unit: Int32(unit)))
    }

    public func upload(_ values: [Float], to output: Tensor) throws {
        let staged = output.type == .f32 ? output : try empty(output.shape, .f32, for: .workspace)
        guard computes else { return }
        try values.withUnsafeBytes { try engine.upload($0, to: staged.deviceAddress) }
        if output.type != .f32 { try convert(staged, into: output) }
        // SAFETY: the queue was given the staging tensor's address, so it lives until all that uses it is in there.
        withExtendedLifetime(staged) {}
    }

    public func download(_ x: Tensor) throws -> [Float] {
        let isReady = x.type == .f32 && x.isContiguous
        let staged = isReady ? x : try empty(x.shape, .f32, for: .workspace)
        if !computes { return [Float](repeating: 0, count: x.elementCount) }
        if !isReady { try convert(x, into: staged) }
        return try [Float](unsafeUninitializedCapacity: x.elementCount) { buffer, count in
            try engine.download(staged.deviceAddress, into: UnsafeMutableRawBufferPointer(buffer))
            count = x.elementCount
        }
    }

    /// Copies a matrix between views of one shape and type.
    func copy(_ source: Tensor, to target: Tensor) throws(CUDAError) {
        guard computes else { return }
        let arguments = rowCopy(from: source, to: target)
        try launch("Rows.cu", "copyRows", grid: (arguments.blocks, 1, 1), block: (256, 1, 1), arguments)
    }

    /// The copy of as many rows as the target has.
    private func rowCopy(from source: Tensor, to target: Tensor) -> CUDARowCopy {
        let elementByteCount = source.type.byteCount
        let (sourceStride, targetStride) = (source.rowStride * elementByteCount, target.rowStride * elementByteCount)
        let rowByteCount = target.columns * elementByteCount
        let unit = Self.unit(
            source.deviceAddress, target.deviceAddress, UInt64(sourceStride), UInt64(targetStride), UInt64(rowByteCount))
        return CUDARowCopy(
            source: CUDAMatrix(address: source.deviceAddress, stride: Int64(sourceStride)),
            output: CUDAMatrix(address: target.deviceAddress, stride: Int64(targetStride)), rows: Int64(target.rows),
            rowByteCount: Int64(rowByteCount), unit: Int32(unit))
    }

    /// The largest unit of copies that divides all of these numbers of bytes.
    private static func unit(_ byteCounts: UInt64...) -> Int {
        let common = byteCounts.reduce(0, |)
        return [16, 4, 2].first { common % UInt64($0) == 0 } ?? 1
    }
}

extension Tensor {
    /// Rows of a table that lies in the host's memory, one after another.
    fileprivate func hostRows(_ ids: [Int32]) -> [UInt8] {
        guard let address else { preconditionFailure("a table without memory") }
        let rowByteCount = columns * type.byteCount
        return ids.flatMap { id in
            UnsafeRawBufferPointer(start: address + Int(id) * rowStride * type.byteCount, count: rowByteCount)
        }
    }
}

extension CUDARowCopy {
    /// Blocks of 256 threads, one for each unit.
    fileprivate var blocks: Int { CUDABackend.blocks(Int(rows * rowByteCount) / Int(unit)) }
}
