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
            try launch("embed", grid: (arguments.copy.blocks, 1, 1), block: (256, 1, 1), arguments)
        }
    }

    public func upsampleNearest(_ x: Tensor, into output: Tensor) throws {
        try check("upsampleNearest", x.type)
        guard computes else { return }
        let pixelByteCount = x.columns * x.type.byteCount
        let unit = Self.unit(x.deviceAddress, output.deviceAddress, UInt64(pixelByteCount))
        try launch(
            "upsampleNearest", grid: (Self.blocks(x.rows * pixelByteCount / unit), 1, 1), block: (256, 1, 1),
            CUDAUpsampling(
                x: x.deviceAddress, output: output.deviceAddress, height: Int64(x.shape[0]), width: Int64(x.shape[1]),
                pixelByteCount: Int64(pixelByteCount), unit: Int32(unit)))
    }

    /// Values change their type on the host: transfers take no memory of the device, wherever in a plan they come.
    public func upload(_ values: [Float], to output: Tensor) throws {
        guard computes else { return }
        try output.type.withStored(values) { try engine.upload($0, to: output.deviceAddress) }
    }

    public func download(_ x: Tensor) throws -> [Float] {
        if !computes { return [Float](repeating: 0, count: x.elementCount) }
        return try x.type.values(count: x.elementCount) { bytes in
            // Rows that follow each other are one.
            let rows = x.isContiguous ? 1 : x.rows
            let rowByteCount = bytes.count / rows
            for row in 0..<rows {
                let target = UnsafeMutableRawBufferPointer(rebasing: bytes[row * rowByteCount..<(row + 1) * rowByteCount])
                try engine.download(x.deviceAddress + UInt64(row * x.rowStride * x.type.byteCount), into: target)
            }
        }
    }

    /// Copies a matrix between views of one shape and type.
    func copy(_ source: Tensor, to target: Tensor) throws(CUDAError) {
        guard computes else { return }
        let arguments = rowCopy(from: source, to: target)
        try launch("copyRows", grid: (arguments.blocks, 1, 1), block: (256, 1, 1), arguments)
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
