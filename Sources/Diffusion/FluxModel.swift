public import FluxModels
public import SystemPackage
public import Tensors
public import Weights

/// A FLUX.1 model ready to run on one backend: every weight's name, type and shape has been checked, none has been read.
public struct FluxModel: Sendable {
    public let folder: FluxFolder
    public let clip: CLIPTextModel
    public let t5: T5Encoder
    public let transformer: FluxTransformer
    public let decoder: AutoencoderDecoder
    public let computeType: ElementType
    /// The weights of each component, in the order they are used.
    public let stores: [WeightStore]

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
        func store(
            _ component: String, _ stem: String, _ units: [WeightUnit], candidates: @Sendable (String) -> [String] = { [$0] },
            ignoring: @Sendable (String) -> Bool = { _ in false }
        ) throws -> WeightStore {
            try WeightStore(
                component: component, folder: path.appending(component), stem: stem, units: units, candidates: candidates,
                ignoring: ignoring, computeType: computeType, retainedByteCount: retainedByteCount, backend: backend)
        }
        let clip = list.attempt {
            try store(
                "text_encoder", "model", CLIPTextModel.units(folder.clip), candidates: CLIPTextModel.checkpointNames,
                ignoring: CLIPTextModel.isIgnored)
        }
        let t5 = list.attempt {
            try store("text_encoder_2", "model", T5Encoder.units(folder.t5), candidates: T5Encoder.checkpointNames)
        }
        let transformer = list.attempt {
            try store("transformer", "diffusion_pytorch_model", FluxTransformer.units(folder.transformer))
        }
        let vae = list.attempt {
            try store(
                "vae", "diffusion_pytorch_model", AutoencoderDecoder.units(folder.autoencoder), ignoring: AutoencoderDecoder.isIgnored)
        }
        guard let clip, let t5, let transformer, let vae else { throw ModelError.unusable(folder: path, problems: list.problems) }
        self.folder = folder
        self.clip = CLIPTextModel(folder.clip, weights: clip)
        self.t5 = T5Encoder(folder.t5, weights: t5)
        self.transformer = FluxTransformer(folder.transformer, weights: transformer)
        decoder = AutoencoderDecoder(folder.autoencoder, weights: vae)
        stores = [clip, t5, transformer, vae]
        self.computeType = computeType
    }
}

extension FluxModel {
    /// The same model with its weights leased from `source` and converted on `backend`.
    func leased(from source: any UnitSource, on backend: any Backend) -> FluxModel {
        FluxModel(self, stores: stores.map { $0.leased(from: source, on: backend) })
    }

    private init(_ other: FluxModel, stores: [WeightStore]) {
        folder = other.folder
        computeType = other.computeType
        self.stores = stores
        clip = CLIPTextModel(folder.clip, weights: stores[0])
        t5 = T5Encoder(folder.t5, weights: stores[1])
        transformer = FluxTransformer(folder.transformer, weights: stores[2])
        decoder = AutoencoderDecoder(folder.autoencoder, weights: stores[3])
    }
}
