import FluxModels
import Tensors
import Weights

/// The networks of a FLUX.1 model, each with the weights it leases.
struct FluxNetworks: Sendable {
    let configurations: FluxConfigurations
    let computeType: ElementType
    /// The weights of each component, in the order they are used.
    let stores: [WeightStore]
    let clip: CLIPTextModel
    let t5: T5Encoder
    let transformer: FluxTransformer
    let decoder: AutoencoderDecoder

    /// - Parameter store: Opens the weights of one component.
    init(_ configurations: FluxConfigurations, computeType: ElementType, store: (FluxComponent) throws -> WeightStore) rethrows {
        self.configurations = configurations
        self.computeType = computeType
        stores = try FluxComponent.allCases.map(store)
        clip = CLIPTextModel(configurations.clip, weights: stores[0])
        t5 = T5Encoder(configurations.t5, weights: stores[1])
        transformer = FluxTransformer(configurations.transformer, weights: stores[2])
        decoder = AutoencoderDecoder(configurations.autoencoder, weights: stores[3])
    }

    /// The same networks with their weights leased from `source` and converted on `backend`.
    func leased(from source: any UnitSource, on backend: any Backend) -> FluxNetworks {
        FluxNetworks(configurations, computeType: computeType) { stores[$0.rawValue].leased(from: source, on: backend) }
    }
}

/// The parts of a model that have weights, in the order they are used.
enum FluxComponent: Int, CaseIterable {
    case clip, t5, transformer, autoencoder

    /// The component's folder in the diffusers layout.
    var folder: String {
        switch self {
        case .clip: "text_encoder"
        case .t5: "text_encoder_2"
        case .transformer: "transformer"
        case .autoencoder: "vae"
        }
    }

    func units(_ configurations: FluxConfigurations) -> [WeightUnit] {
        switch self {
        case .clip: CLIPTextModel.units(configurations.clip)
        case .t5: T5Encoder.units(configurations.t5)
        case .transformer: FluxTransformer.units(configurations.transformer)
        case .autoencoder: AutoencoderDecoder.units(configurations.autoencoder)
        }
    }
}
