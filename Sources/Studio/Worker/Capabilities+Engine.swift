public import Diffusion
import FluxModels
import Memory
import SystemPackage
import Tensors

/// What only the program knows of the engine that it made.
public struct EngineDescription: Sendable {
    /// Of the program.
    public var version: String
    public var device: String
    /// Whether the model came with the program.
    public var isModelEmbedded: Bool
    /// How every picture is decoded.
    public var decoding: Decoding

    public init(version: String, device: String, isModelEmbedded: Bool, decoding: Decoding = .whole) {
        self.version = version
        self.device = device
        self.isModelEmbedded = isModelEmbedded
        self.decoding = decoding
    }

    /// What the model is called, without folders.
    public func modelName(of engine: Engine) -> String {
        isModelEmbedded ? "Postcards" : engine.modelFolder.lastComponent?.string ?? ""
    }
}

extension Capabilities {
    /// - Throws: `Errno`, `CocoaError` if the model's files cannot be read.
    init(_ engine: Engine, _ folder: FluxFolder, _ description: EngineDescription) throws {
        guard case .budget(let budget, _) = engine.policy else { preconditionFailure("a worker has a budget") }
        let (side, multiple) = (folder.defaultSide, folder.sideMultiple)
        let guides = folder.transformer.guidanceEmbeds
        self.init(
            version: description.version,
            model: Model(
                name: description.modelName(of: engine), digest: try ModelFingerprint.of(engine.modelFolder), guidance: guides,
                trueGuidance: false, embedded: description.isModelEmbedded),
            device: Device(name: engine.backend.device.name, description: description.device), budgetBytes: budget,
            dtype: engine.computeType.rawValue,
            defaults: Defaults(width: side, height: side, steps: folder.defaultSteps, guidance: 3.5, count: 1),
            // Models without guidance are distilled to few steps, and more of them change little.
            draft: Settings(steps: folder.defaultSteps, guidance: guides ? 2 : 3.5), final: Settings(steps: guides ? 50 : 8, guidance: 3.5),
            bounds: Bounds(
                steps: Range(1, GenerationRequest.largestStepCount), guidance: Range(0, 100),
                side: Range(multiple, GenerationRequest.largestSide), sideMultiple: multiple, count: Range(1, 10), promptCharacters: 32_000,
                // Integers up to here are exact in every program that reads JSON.
                seed: Range(0, 1 << 53 - 1)),
            sizes: Self.sizes(around: side, multiple: multiple), samplers: ["euler"],
            blocks: Blocks(double: folder.transformer.numLayers, single: folder.transformer.numSingleLayers),
            maximumSequenceLength: folder.defaultSequenceLength)
    }

    /// The model's own square, and about the same area in the usual shapes.
    private static func sizes(around side: Int, multiple: Int) -> [Size] {
        let shapes: [(Double, Double)] = [(1, 1), (4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16)]
        var sizes: [Size] = []
        for (width, height) in shapes {
            func rounded(_ length: Double) -> Int { max(multiple, Int((length / Double(multiple)).rounded()) * multiple) }
            let size = Size(
                width: rounded(Double(side) * (width / height).squareRoot()), height: rounded(Double(side) * (height / width).squareRoot()))
            if !sizes.contains(size) { sizes.append(size) }
        }
        return sizes
    }
}
