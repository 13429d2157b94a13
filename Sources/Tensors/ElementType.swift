/// The element types tensors have. Raw values are the names users and reports see.
public enum ElementType: String, CaseIterable, Sendable {
    case f32, f16, bf16

    public var byteCount: Int {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        }
    }
}

extension Float {
    /// This value rounded to the nearest, ties to even, that `type` can hold.
    public func rounded(to type: ElementType) -> Float {
        switch type {
        case .f32: self
        case .f16: Float(Float16(self))
        case .bf16: isNaN ? self : Float(bitPattern: (bitPattern &+ 0x7fff &+ (bitPattern >> 16 & 1)) & 0xffff_0000)
        }
    }
}
