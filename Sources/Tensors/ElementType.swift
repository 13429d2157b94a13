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
