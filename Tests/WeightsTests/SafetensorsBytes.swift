import Tensors

/// Bytes of safetensors files, right and wrong ones.
enum SafetensorsBytes {
    struct Source {
        let name: String
        let dtype: String
        let shape: [Int]
        let bytes: [UInt8]

        init(_ name: String, _ dtype: String, _ shape: [Int], _ bytes: [UInt8]) {
            (self.name, self.dtype, self.shape, self.bytes) = (name, dtype, shape, bytes)
        }

        /// A tensor of exactly representable values in a type that Sluice computes in.
        init(_ name: String, _ type: ElementType, _ shape: [Int], _ values: [Float]) {
            self.init(name, type.rawValue.uppercased(), shape, values.flatMap { encoded($0, type) })
        }
    }

    /// A file of a header as written, its length in front, and data.
    static func file(header: [UInt8], data: [UInt8] = [], statedLength: UInt64? = nil) -> [UInt8] {
        let length = statedLength ?? UInt64(header.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data
    }

    static func file(header: String, data: [UInt8] = [], statedLength: UInt64? = nil) -> [UInt8] {
        file(header: Array(header.utf8), data: data, statedLength: statedLength)
    }

    /// A valid file; `headerPadding` spaces move the data.
    static func file(_ tensors: [Source], headerPadding: Int = 0) -> [UInt8] {
        var entries: [String] = []
        var data: [UInt8] = []
        for tensor in tensors {
            let end = data.count + tensor.bytes.count
            entries.append(
                "\"\(tensor.name)\":{\"dtype\":\"\(tensor.dtype)\",\"shape\":\(tensor.shape),\"data_offsets\":[\(data.count),\(end)]}")
            data += tensor.bytes
        }
        // Padded as the reference writer does, so that data starts at a multiple of 8.
        let header = "{\(entries.joined(separator: ","))}"
        let padding = (8 - header.utf8.count % 8) % 8 + headerPadding
        return file(header: header + String(repeating: " ", count: padding), data: data)
    }
}

func encoded(_ value: Float, _ type: ElementType) -> [UInt8] {
    switch type {
    case .f32: withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
    case .f16: withUnsafeBytes(of: Float16(value).bitPattern.littleEndian, Array.init)
    case .bf16: withUnsafeBytes(of: UInt16(truncatingIfNeeded: value.bitPattern >> 16).littleEndian, Array.init)
    }
}

/// Elements of a tensor whose memory is the host's.
func decoded(_ tensor: Tensor) -> [Float] {
    guard let address = tensor.address else { return [] }
    return (0..<tensor.elementCount).map { index in
        switch tensor.type {
        case .f32: address.load(fromByteOffset: 4 * index, as: Float.self)
        case .f16: Float(address.load(fromByteOffset: 2 * index, as: Float16.self))
        case .bf16: Float(bitPattern: UInt32(address.load(fromByteOffset: 2 * index, as: UInt16.self)) << 16)
        }
    }
}
