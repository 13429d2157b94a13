public import Memory

/// A row-major view of device memory: the last axis is contiguous, and consecutive rows lie `rowStride` elements apart.
///
/// All axes but the last fold into rows, so a view of some columns of a matrix is a tensor too; that is how parts of one
/// buffer are written by different operations without a concatenation.
public struct Tensor: Sendable {
    public let storage: Storage
    /// Bytes from the start of the storage to element 0.
    public let byteOffset: Int
    public let shape: [Int]
    /// Elements from one row to the next; at least `columns`.
    public let rowStride: Int
    public let type: ElementType

    public init(storage: Storage, byteOffset: Int = 0, shape: [Int], rowStride: Int? = nil, type: ElementType) {
        precondition(!shape.isEmpty && shape.allSatisfy { $0 > 0 }, "a tensor has at least one axis and no empty one: \(shape)")
        self.storage = storage
        self.byteOffset = byteOffset
        self.shape = shape
        self.rowStride = rowStride ?? shape[shape.count - 1]
        self.type = type
        precondition(byteOffset >= 0 && byteOffset + spanByteCount <= storage.byteCount, "the view \(shape) leaves its storage")
    }

    /// Length of the contiguous last axis.
    public var columns: Int { shape[shape.count - 1] }
    /// Product of all axes but the last.
    public var rows: Int { shape.dropLast().reduce(1, *) }
    public var elementCount: Int { rows * columns }
    public var isContiguous: Bool { rowStride == columns || rows == 1 }
    /// Bytes from element 0 to just past the last element.
    private var spanByteCount: Int { ((rows - 1) * rowStride + columns) * type.byteCount }

    /// Address of element 0, `nil` on a device without addresses.
    public var address: UnsafeMutableRawPointer? { storage.address.map { $0 + byteOffset } }

    /// The rows `range` of a matrix, sharing its memory: `[rows, columns] → [range.count, columns]`.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return Tensor(
            storage: storage, byteOffset: byteOffset + range.lowerBound * rowStride * type.byteCount, shape: [range.count, columns],
            rowStride: rowStride, type: type)
    }

    /// The columns `range` of a matrix, sharing its memory: `[rows, columns] → [rows, range.count]`.
    public func columns(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
        return Tensor(
            storage: storage, byteOffset: byteOffset + range.lowerBound * type.byteCount, shape: [rows, range.count], rowStride: rowStride,
            type: type)
    }

    /// The same elements under another shape; only for contiguous tensors.
    public func reshaped(_ shape: Int...) -> Tensor {
        precondition(isContiguous && shape.reduce(1, *) == elementCount, "cannot view \(self.shape) as \(shape)")
        return Tensor(storage: storage, byteOffset: byteOffset, shape: shape, type: type)
    }

    /// Equal parts along the last axis, in order: `[rows, count·n] → count × [rows, n]`.
    public func chunked(_ count: Int) -> [Tensor] {
        precondition(columns % count == 0, "\(columns) columns in \(count) parts")
        let width = columns / count
        return (0..<count).map { columns($0 * width..<($0 + 1) * width) }
    }
}
