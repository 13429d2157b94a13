import Memory
import Synchronization
public import SystemPackage
public import Tensors

/// The weights of one component (text encoder, transformer, VAE), checked as a whole before the first is used.
///
/// Files stay mapped and are never read whole. A tensor that is stored in the compute type is the mapped memory itself;
/// others are converted when their unit is leased.
public final class WeightStore: Sendable {
    /// Folder name of the component, such as "transformer".
    public let component: String
    /// The files in use, in alphabetical order of their names.
    public let files: [FilePath]
    /// Oddities of the folder that do not change what is loaded.
    public let warnings: [WeightsWarning]
    /// Types the component's tensors are stored in.
    public let storedTypes: Set<ElementType>
    /// Bytes of the component's tensors as stored, without those that are ignored.
    public let byteCount: Int
    /// Type of every tensor that a lease gives.
    public let computeType: ElementType
    /// The units in the order they were declared, as they are stored.
    public let units: [StoredUnit]
    private let unitsByName: [String: StoredUnit]
    private let loader: TensorLoader
    private let source: (any UnitSource)?
    private let retainsUnits: Bool
    private let retained = Mutex<[String: [String: Tensor]]>([:])

    /// Opens a component's folder and checks it against what `units` declare.
    /// - Parameters:
    ///   - component: Folder name of the component, for messages.
    ///   - folder: The component's folder.
    ///   - stem: Start of the weight files' names: `diffusion_pytorch_model` or `model`.
    ///   - candidates: Names that a declared tensor may have in a checkpoint, best first. Several may be present if all fit.
    ///   - ignoring: Whether a checkpoint name is known and not used.
    ///   - retainedByteCount: If everything that has to be converted fits in this, it is converted once and kept; otherwise each
    ///     lease converts its unit anew and its memory is free again when the lease ends.
    /// - Throws: `WeightsError` with everything that is wrong with the folder.
    public init(
        component: String, folder: FilePath, stem: String, units: [WeightUnit],
        candidates: @Sendable (String) -> [String] = { [$0] }, ignoring: @Sendable (String) -> Bool = { _ in false },
        computeType: ElementType, retainedByteCount: Int = 0, backend: any Backend
    ) throws(WeightsError) {
        let declared = DeclaredTensors(units, component: component, type: computeType)
        let checkpoint = Checkpoint(folder: folder, stem: stem)
        let check = CheckpointCheck(declared, in: checkpoint, candidates: candidates, ignoring: ignoring)
        if !check.problems.isEmpty { throw WeightsError(component: component, problems: check.problems) }
        let tensors = check.found.compactMapValues { StoredTensor($0) }
        self.component = component
        files = checkpoint.files.map(\.path)
        warnings = checkpoint.warnings
        storedTypes = Set(tensors.values.map(\.type))
        byteCount = tensors.values.reduce(0) { $0 + $1.bytes.count }
        self.computeType = computeType
        let streams: [FilePath: StreamFile]
        do throws(WeightsProblem) { streams = try Self.open(checkpoint.files.map(\.path), for: backend.device) } catch {
            throw WeightsError(component: component, problems: [error])
        }
        self.units = units.map { unit in
            let members = declared.units[unit.name, default: []].compactMap { declaration in
                tensors[declaration.name].map { (name: declaration.name, stored: $0) }
            }
            return StoredUnit(component: component, unit: unit, tensors: members, files: streams)
        }
        unitsByName = Dictionary(uniqueKeysWithValues: self.units.map { ($0.name, $0) })
        loader = TensorLoader(computeType: computeType, backend: backend)
        source = nil
        let converted = self.units.filter { !$0.isTable }.flatMap(\.tensors).filter { $0.stored.type != computeType }
        retainsUnits = converted.reduce(0) { $0 + $1.stored.elementCount * computeType.byteCount } <= retainedByteCount
    }

    /// The weights that `units` declare, in no file: for dry runs of models that are not there.
    /// - Parameters:
    ///   - storedType: Type they would be stored in.
    ///   - backend: An engine that computes nothing.
    /// - Throws: `WeightsError` with every shape that cannot be.
    public init(
        onPaper component: String, units: [WeightUnit], storedType: ElementType, computeType: ElementType, from source: any UnitSource,
        on backend: any Backend
    ) throws(WeightsError) {
        let declared = DeclaredTensors(units, component: component, type: storedType)
        if !declared.problems.isEmpty { throw WeightsError(component: component, problems: declared.problems) }
        self.component = component
        files = []
        warnings = []
        storedTypes = [storedType]
        self.computeType = computeType
        self.units = units.map {
            StoredUnit(onPaper: $0, component: component, declared.units[$0.name, default: []], type: storedType)
        }
        byteCount = self.units.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.stored.bytes.count } }
        unitsByName = Dictionary(uniqueKeysWithValues: self.units.map { ($0.name, $0) })
        loader = TensorLoader(computeType: computeType, backend: backend)
        self.source = source
        retainsUnits = false
    }

    /// The same weights, leased from `source` in place of the mapped files and converted on `backend`; tables stay in their files.
    public func leased(from source: any UnitSource, on backend: any Backend) -> WeightStore {
        WeightStore(self, source: source, loader: TensorLoader(computeType: computeType, backend: backend))
    }

    private static func open(
        _ files: [FilePath], for device: any MemoryDevice
    ) throws(WeightsProblem) -> [FilePath: StreamFile] {
        let caching = (device as? any PagedDevice)?.fileCaching ?? .bypassed
        var streams: [FilePath: StreamFile] = [:]
        for file in files {
            do throws(StreamError) { streams[file] = try StreamFile(file.string, caching: caching) } catch {
                throw .unstreamable(file: file, error)
            }
        }
        return streams
    }

    private init(_ other: WeightStore, source: any UnitSource, loader: TensorLoader) {
        component = other.component
        files = other.files
        warnings = other.warnings
        storedTypes = other.storedTypes
        byteCount = other.byteCount
        computeType = other.computeType
        units = other.units
        unitsByName = other.unitsByName
        self.loader = loader
        self.source = source
        retainsUnits = false
    }

    /// Runs `body` with the weights of one unit.
    ///
    /// Tensors, and whatever is built of them, are for use inside `body` only: their memory may hold another unit's weights
    /// afterwards. Operations on them must have been issued, not finished, when `body` returns.
    /// - Throws: What `body` throws; `WeightsError` for a unit that was not declared; `MemoryError` when converted weights have no room.
    public func withLease<R>(_ name: String, _ body: (Parameters) throws -> R) throws -> R {
        guard let unit = unitsByName[name] else { throw error(.undeclaredUnit(name)) }
        if let source, !unit.isMapped {
            return try source.withSpan(of: unit) { try body(parameters(unit, loader.placed(unit, in: $0))) }
        }
        return try body(parameters(unit, mapped(unit)))
    }

    private func parameters(_ unit: StoredUnit, _ tensors: [String: Tensor]) -> Parameters {
        Parameters { (name, shape) throws(WeightsError) in
            guard let tensor = tensors[name] else { throw self.error(.undeclaredTensor(unit: unit.name, tensor: name)) }
            guard tensor.shape == shape else {
                throw self.error(.notAsDeclared(unit: unit.name, tensor: name, declared: tensor.shape, found: shape))
            }
            return tensor
        }
    }

    private func mapped(_ unit: StoredUnit) throws -> [String: Tensor] {
        if let tensors = retained.withLock({ $0[unit.name] }) { return tensors }
        let tensors = try loader.mapped(unit)
        if retainsUnits { retained.withLock { $0[unit.name] = tensors } }
        return tensors
    }

    private func error(_ problem: WeightsProblem) -> WeightsError {
        WeightsError(component: component, problems: [problem])
    }
}
