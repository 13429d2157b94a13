public import FluxModels
import FoundationEssentials
public import SystemPackage

/// What the networks of a FLUX.1 model are made of, and how its noise falls.
public struct FluxConfigurations: Sendable {
    public let clip: CLIPTextConfiguration
    public let t5: T5Configuration
    public let transformer: FluxTransformerConfiguration
    public let autoencoder: AutoencoderConfiguration
    public let scheduler: SchedulerConfiguration

    /// Side of a picture when a request does not say: what the autoencoder was trained for, or FLUX.1's.
    public var defaultSide: Int { (autoencoder.sampleSize ?? 1024) / sideMultiple * sideMultiple }

    /// Models without guidance (schnell) are distilled to few steps.
    public var defaultSteps: Int { transformer.guidanceEmbeds ? 20 : 4 }

    /// Sides of a picture are multiples of this: a token is 2×2 latents.
    public var sideMultiple: Int { 2 * autoencoder.scale }

    init(
        clip: CLIPTextConfiguration, t5: T5Configuration, transformer: FluxTransformerConfiguration,
        autoencoder: AutoencoderConfiguration, scheduler: SchedulerConfiguration
    ) {
        self.clip = clip
        self.t5 = t5
        self.transformer = transformer
        self.autoencoder = autoencoder
        self.scheduler = scheduler
    }

    /// The configurations of a model whose folder need not be there.
    /// - Parameters:
    ///   - files: JSON texts by their paths in `folder`, in the diffusers layout.
    ///   - folder: For messages.
    /// - Throws: `ConfigurationError` naming the file and the key.
    public init(_ files: [String: String], of folder: FilePath) throws(ConfigurationError) {
        func read<Configuration: ModelConfiguration>(_ path: String) throws(ConfigurationError) -> Configuration {
            let file = folder.appending(path)
            guard let json = files[path] else { throw .missing(file: file) }
            return try Configuration(json: Data(json.utf8), of: file)
        }
        clip = try read("text_encoder/config.json")
        t5 = try read("text_encoder_2/config.json")
        transformer = try read("transformer/config.json")
        autoencoder = try read("vae/config.json")
        scheduler = try read("scheduler/scheduler_config.json")
    }

    /// Latents of a picture of this size.
    public func latentLayout(width: Int, height: Int) -> LatentLayout {
        LatentLayout(channels: autoencoder.latentChannels, height: height / autoencoder.scale, width: width / autoencoder.scale)
    }
}
