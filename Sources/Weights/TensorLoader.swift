import Memory
import Tensors

/// A tensor of the component in its file, in a type that Sluice computes in.
struct StoredTensor: Sendable {
    let shape: [Int]
    let type: ElementType
    /// `nil` for a tensor that exists on paper.
    let file: MappedFile?
    /// Bytes from the start of the file.
    let bytes: Range<Int>
    var elementCount: Int { bytes.count / type.byteCount }

    init?(_ stored: Checkpoint.Stored) {
        guard let type = stored.entry.type.elementType else { return nil }
        self.type = type
        shape = stored.entry.shape
        file = stored.file
        bytes = stored.entry.bytes
    }

    /// A tensor that no file holds, as if it lay at `offset` of one.
    init(onPaper shape: [Int], _ type: ElementType, at offset: Int) {
        self.shape = shape
        self.type = type
        file = nil
        bytes = offset..<offset + shape.reduce(1, *) * type.byteCount
    }
}

/// Turns stored tensors into tensors on the backend's device.
struct TensorLoader: Sendable {
    let computeType: ElementType
    let backend: any Backend

    /// A unit's tensors from the mapped files: the mapped memory itself where type and alignment allow it.
    /// - Throws: `MemoryError` when the device has no room, or what the backend's conversion throws.
    func mapped(_ unit: StoredUnit) throws -> [String: Tensor] {
        for member in unit.tensors where !unit.isTable { member.stored.file?.willNeed(member.stored.bytes) }
        return try tensors(of: unit) { unit.isTable ? try table($0.stored) : try aligned($0.stored) }
    }

    /// A unit's tensors from a span that holds its bytes.
    func placed(_ unit: StoredUnit, in span: Storage) throws -> [String: Tensor] {
        try tensors(of: unit) { Tensor(storage: span, byteOffset: $0.offset, shape: $0.stored.shape, type: $0.stored.type) }
    }

    private func tensors(of unit: StoredUnit, _ place: (StoredUnit.Member) throws -> Tensor) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for member in unit.tensors {
            let tensor = try place(member)
            tensors[member.name] =
                unit.isTable || tensor.type == computeType
                ? tensor : try tensor.converted(to: computeType, into: backend.empty(tensor.shape, computeType, for: .weights), on: backend)
        }
        return tensors
    }

    private func table(_ stored: StoredTensor) throws -> Tensor {
        guard let file = stored.file else { return try onPaper(stored) }
        return Tensor(
            storage: try backend.device.placeTable(file.slice(stored.bytes), keeping: file), shape: stored.shape, type: stored.type)
    }

    /// Headers of any length are legal, so elements may lie at addresses that the processor's instructions do not take.
    private func aligned(_ stored: StoredTensor) throws -> Tensor {
        guard let file = stored.file else { return try onPaper(stored) }
        let bytes = file.slice(stored.bytes)
        let placed = try backend.device.place(bytes, keeping: file, for: .weights)
        let tensor = Tensor(storage: placed, shape: stored.shape, type: stored.type)
        guard let address = placed.address, !UInt(bitPattern: address).isMultiple(of: UInt(stored.type.byteCount)) else { return tensor }
        let copy = try backend.empty(stored.shape, stored.type, for: .weights)
        // SAFETY: only a device that uses host bytes where they lie hands out such an address, so its memory is the host's.
        copy.address?.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(address), byteCount: bytes.count)
        return copy
    }

    private func onPaper(_ stored: StoredTensor) throws -> Tensor {
        // SAFETY: not the address of anything; paper stores are leased on engines that compute nothing and never use it.
        let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 4096), count: stored.bytes.count)
        let keeper = Storage(address: nil, byteCount: 0) {}
        return Tensor(
            storage: try backend.device.place(bytes, keeping: keeper, for: .weights), shape: stored.shape, type: stored.type)
    }
}
