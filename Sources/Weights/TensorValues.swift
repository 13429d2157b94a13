public import Tensors

/// A tensor's values on the host, bit for bit as `type` has them, in the byte order of files.
public struct TensorValues: Equatable, Sendable {
    public let type: ElementType
    public let shape: [Int]
    /// Row-major, little-endian.
    public let bytes: [UInt8]

    /// Rounds `values` to `type`.
    public init(_ values: [Float], shape: [Int], type: ElementType) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
        self.type = type
        self.shape = shape
        bytes =
            switch type {
            case .f32: Self.bytes(values.map { $0.bitPattern.littleEndian })
            case .f16: Self.bytes(values.map { Float16($0).bitPattern.littleEndian })
            case .bf16: Self.bytes(values.map { UInt16($0.rounded(to: .bf16).bitPattern >> 16).littleEndian })
            }
    }

    init(bytes: [UInt8], shape: [Int], type: ElementType) {
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    public var floats: [Float] {
        switch type {
        case .f32: elements(UInt32.self).map { Float(bitPattern: UInt32(littleEndian: $0)) }
        case .f16: elements(UInt16.self).map { Float(Float16(bitPattern: UInt16(littleEndian: $0))) }
        case .bf16: elements(UInt16.self).map { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
        }
    }

    private func elements<Element: BitwiseCopyable>(_: Element.Type) -> [Element] {
        bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Element>.size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)
            }
        }
    }

    private static func bytes<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] { elements.withUnsafeBytes { Array($0) } }
}
