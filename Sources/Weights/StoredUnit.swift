public import Memory
public import SystemPackage
import Tensors

/// A unit's weights as they are stored: where their bytes lie in the files, and where in one span of memory that holds them all.
public struct StoredUnit: Sendable {
    /// A range of a file and its place in the unit's span.
    public struct Piece: Equatable, Sendable {
        public let file: FilePath
        /// Bytes from the start of the file.
        public let bytes: Range<Int>
        /// Bytes from the start of the span, a multiple of `alignment`.
        public let offset: Int
    }

    /// Folder name of the component, such as "transformer".
    public let component: String
    public let name: String
    public let isTable: Bool
    /// Bytes of the span, gaps between pieces included.
    public let byteCount: Int
    /// In the order of declaration, one for each tensor.
    public let pieces: [Piece]
    let tensors: [(name: String, stored: StoredTensor)]

    /// Whole cache lines for every kernel, and what GPUs want too.
    static let alignment = 256

    init(component: String, name: String, isTable: Bool, tensors: [(name: String, stored: StoredTensor)]) {
        self.component = component
        self.name = name
        self.isTable = isTable
        self.tensors = tensors
        var end = 0
        pieces = tensors.map { tensor in
            let piece = Piece(file: tensor.stored.file.path, bytes: tensor.stored.bytes, offset: end)
            end += (tensor.stored.bytes.count + Self.alignment - 1) / Self.alignment * Self.alignment
            return piece
        }
        byteCount = end
    }
}

/// Supplies the stored bytes of leased units at addresses of its own choosing, such as a ring that they stream through.
public protocol UnitSource: Sendable {
    /// Runs `body` with the unit's span; its pieces are in place, and stay until `body` returns.
    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R
}
