public import Memory
import SystemPackage
import Tensors

/// A unit's weights as they are stored: what to read of which files, and where each tensor then lies in one span of memory.
public struct StoredUnit: Sendable {
    /// Folder name of the component, such as "transformer".
    public let component: String
    public let name: String
    /// Whether the unit is used where its file is mapped and never read as a whole.
    public let isMapped: Bool
    /// The unit's bytes in its files, neighbours in one extent.
    public let chunk: StreamChunk
    let isTable: Bool
    let tensors: [Member]

    struct Member: Sendable {
        let name: String
        let stored: StoredTensor
        /// Bytes from the start of the span.
        let offset: Int
    }

    /// Bytes of the span, a multiple of 4096.
    public let byteCount: Int

    /// Tells units of all components apart.
    public var key: String { component + "/" + name }

    init(
        component: String, unit: WeightUnit, tensors: [(name: String, stored: StoredTensor)], files: [FilePath: StreamFile]
    ) {
        self.component = component
        name = unit.name
        isTable = unit.isTable
        // Headers of any length are legal, so elements may lie at odd addresses; those are copied one by one.
        isMapped = unit.isTable || !tensors.allSatisfy { $0.stored.bytes.lowerBound.isMultiple(of: $0.stored.type.byteCount) }
        let placed = tensors.compactMap { name, stored in stored.file.map { (name: name, stored: stored, file: $0.path) } }
        let byPlace = placed.sorted {
            ($0.file.string, $0.stored.bytes.lowerBound) < ($1.file.string, $1.stored.bytes.lowerBound)
        }
        var extents: [(file: FilePath, bytes: Range<Int>)] = []
        var extentOf: [String: Int] = [:]
        for (name, stored, file) in byPlace {
            if let last = extents.last, last.file == file, last.bytes.upperBound == stored.bytes.lowerBound {
                extents[extents.count - 1].bytes = last.bytes.lowerBound..<stored.bytes.upperBound
            } else {
                extents.append((file, stored.bytes))
            }
            extentOf[name] = extents.count - 1
        }
        let chunk = StreamChunk(
            extents.compactMap { extent in
                files[extent.file].map { StreamExtent(file: $0, offset: extent.bytes.lowerBound, byteCount: extent.bytes.count) }
            })
        self.chunk = chunk
        byteCount = chunk.slotByteCount
        self.tensors = tensors.map { name, stored in
            let extent = extentOf[name, default: 0]
            return Member(
                name: name, stored: stored,
                offset: chunk.slotRanges[extent].lowerBound + stored.bytes.lowerBound - extents[extent].bytes.lowerBound)
        }
    }

    /// A unit that no file holds, its tensors one behind the other: what there is to read is nothing, what it would take is known.
    init(onPaper unit: WeightUnit, component: String, _ declarations: [DeclaredTensors.Declaration], type: ElementType) {
        self.component = component
        name = unit.name
        isTable = unit.isTable
        isMapped = unit.isTable
        chunk = StreamChunk([])
        var end = 0
        tensors = declarations.map { declaration in
            let stored = StoredTensor(onPaper: declaration.shape, type, at: end)
            end = stored.bytes.upperBound
            return Member(name: declaration.name, stored: stored, offset: stored.bytes.lowerBound)
        }
        byteCount = (end + 4095) / 4096 * 4096
    }
}

/// Supplies the stored bytes of leased units at addresses of its own choosing, such as a ring that they stream through.
public protocol UnitSource: Sendable {
    /// Runs `body` with the unit's span, which is in place until `body` returns.
    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R
}
