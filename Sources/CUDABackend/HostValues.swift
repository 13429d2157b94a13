import Tensors

extension ElementType {
    /// Bits of a value as a type of two bytes stores it, rounded to the nearest, ties to even.
    private func bits(_ value: Float) -> UInt16 {
        switch self {
        case .f16: Float16(value).bitPattern
        // Without its lower half a NaN may be an infinity.
        default: value.isNaN ? 0x7fc0 : UInt16(truncatingIfNeeded: value.rounded(to: .bf16).bitPattern >> 16)
        }
    }

    /// Calls `body` with values as this type stores them.
    func withStored<R>(_ values: [Float], _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        if self == .f32 { return try values.withUnsafeBytes(body) }
        return try values.map(bits).withUnsafeBytes(body)
    }

    /// The values of `count` elements, which `read` fills in as they are stored.
    func values(count: Int, _ read: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows -> [Float] {
        if self == .f32 {
            return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
                try read(UnsafeMutableRawBufferPointer(buffer))
                initialized = count
            }
        }
        let stored = try [UInt16](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
        return self == .f16 ? stored.map { Float(Float16(bitPattern: $0)) } : stored.map { Float(bitPattern: UInt32($0) << 16) }
    }
}
