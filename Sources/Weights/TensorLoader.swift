import Memory
import Tensors

/// A tensor of the component in its file, in a type that Sluice computes in.
struct StoredTensor: Sendable {
    let shape: [Int]
    let type: ElementType
    let file: MappedFile
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
}

/// Turns stored tensors into tensors of the compute type on the backend's device.
struct TensorLoader: Sendable {
    let computeType: ElementType
    let backend: any Backend

    /// The mapped memory itself where type and alignment allow it, else a converted or copied tensor.
    /// - Throws: `MemoryError` when the device has no room, or what the backend's conversion throws.
    func load(_ stored: StoredTensor) throws -> Tensor {
        let tensor = try aligned(stored)
        return tensor.type == computeType
            ? tensor : try tensor.converted(to: computeType, into: try backend.empty(stored.shape, computeType, for: .weights), on: backend)
    }

    /// Headers of any length are legal, so elements may lie at addresses that the processor's instructions do not take.
    private func aligned(_ stored: StoredTensor) throws -> Tensor {
        let bytes = stored.file.slice(stored.bytes)
        let placed = try backend.device.place(bytes, keeping: stored.file, for: .weights)
        let tensor = Tensor(storage: placed, shape: stored.shape, type: stored.type)
        guard let address = placed.address, !UInt(bitPattern: address).isMultiple(of: UInt(stored.type.byteCount)) else { return tensor }
        let copy = try backend.empty(stored.shape, stored.type, for: .weights)
        // SAFETY: only a device that uses host bytes where they lie hands out such an address, so its memory is the host's.
        copy.address?.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(address), byteCount: bytes.count)
        return copy
    }
}
