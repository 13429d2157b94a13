public import FluxModels
public import SystemPackage
public import Tensors
public import Weights

/// A FLUX.1 model ready to run on one backend: every weight's name, type and shape has been checked, none has been read.
public struct FluxModel: Sendable {
    public let folder: FluxFolder
    let networks: FluxNetworks
    public var clip: CLIPTextModel { networks.clip }
    public var t5: T5Encoder { networks.t5 }
    public var transformer: FluxTransformer { networks.transformer }
    public var decoder: AutoencoderDecoder { networks.decoder }
    public var computeType: ElementType { networks.computeType }
    /// The weights of each component, in the order they are used.
    public var stores: [WeightStore] { networks.stores }

    /// - Parameters:
    ///   - computeType: What everything is computed in; weights stored otherwise are converted.
    ///   - retainedByteCount: Components whose converted weights fit in this are converted once, others block by block in every pass.
    /// - Throws: `ModelError` with everything that is wrong with the folder.
    public init(_ path: FilePath, computeType: ElementType, retainedByteCount: Int, on backend: any Backend) throws {
        if !backend.computeTypes.contains(computeType) {
            throw ModelError.unsupportedType(device: backend.name, type: computeType, available: backend.computeTypes)
        }
        let folder = try FluxFolder(path)
        var list = ProblemList()
        let stores = FluxComponent.allCases.map { component in
            list.attempt {
                try WeightStore(
                    component: component.folder, folder: path.appending(component.folder), stem: component.stem,
                    units: component.units(folder.configurations), candidates: component.checkpointNames, ignoring: component.isIgnored,
                    computeType: computeType, retainedByteCount: retainedByteCount, backend: backend)
            }
        }
        let opened = stores.compactMap { $0 }
        guard opened.count == stores.count else { throw ModelError.unusable(folder: path, problems: list.problems) }
        self.folder = folder
        networks = FluxNetworks(folder.configurations, computeType: computeType) { opened[$0.rawValue] }
    }
}

extension FluxModel {
    /// The same model with its weights leased from `source` and converted on `backend`.
    func leased(from source: any UnitSource, on backend: any Backend) -> FluxModel {
        FluxModel(folder: folder, networks: networks.leased(from: source, on: backend))
    }

    private init(folder: FluxFolder, networks: FluxNetworks) {
        self.folder = folder
        self.networks = networks
    }
}

extension FluxComponent {
    /// Start of the weight files' names.
    fileprivate var stem: String {
        switch self {
        case .clip, .t5: "model"
        case .transformer, .autoencoder: "diffusion_pytorch_model"
        }
    }

    @Sendable fileprivate func checkpointNames(_ name: String) -> [String] {
        switch self {
        case .clip: CLIPTextModel.checkpointNames(name)
        case .t5: T5Encoder.checkpointNames(name)
        case .transformer, .autoencoder: [name]
        }
    }

    @Sendable fileprivate func isIgnored(_ name: String) -> Bool {
        switch self {
        case .clip: CLIPTextModel.isIgnored(name)
        case .autoencoder: AutoencoderDecoder.isIgnored(name)
        case .t5, .transformer: false
        }
    }
}
