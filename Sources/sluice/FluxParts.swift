import FluxModels
import FoundationEssentials
import Memory
import Synchronization
import SystemPackage
import Tensors
import Weights

/// Parts of FLUX.1 at full width for a picture of one size, with weights that are in no file.
struct FluxParts {
    private let operations: FluxOperations
    private let weights: RepeatedWeights

    private var backend: any Backend { operations.backend }
    private var pass: ForwardPass { ForwardPass(on: backend) }
    private static let textTokens = FluxOperations.textTokens

    init(_ operations: FluxOperations) {
        self.operations = operations
        weights = RepeatedWeights(operations: operations)
    }

    /// One evaluation of a transformer of so many blocks.
    func step(_ name: String, doubleBlocks: Int, singleBlocks: Int) throws -> OperationBenchmark {
        let files = PublishedModel.fluxDev.configurations(doubleBlocks: doubleBlocks, singleBlocks: singleBlocks, tinyT5: true)
        let c: FluxTransformerConfiguration = try configuration("transformer/config.json", files)
        let transformer = FluxTransformer(c, weights: try store("transformer", FluxTransformer.units(c)))
        let modulation = try transformer.modulation(
            timesteps: [500], guidance: 3500, pooled: operations.filled([1, c.pooledProjectionDim]), pass)
        let context = try transformer.context(operations.filled([Self.textTokens, c.jointAttentionDim]), pass)
        let rows = operations.side / 16
        let rotary = try RotaryPositions(textTokens: Self.textTokens, rows: rows, columns: rows).table(axes: c.rotaryAxes, on: backend)
        let latents = try operations.filled([rows * rows, c.inChannels])
        let tokens = rotary.rows
        let blocks = c.blockCount * tokens * c.width * (24 * c.width + 4 * tokens)
        return OperationBenchmark(
            name, "\(tokens) tokens, \(doubleBlocks) + \(singleBlocks)", .operations(blocks + 4 * latents.elementCount * c.width)
        ) {
            try transformer.velocity(latents, context: context, modulation: modulation, step: 0, rotary: rotary, pass)
        }
    }

    /// One block of the large text encoder.
    func t5Block() throws -> OperationBenchmark {
        let c: T5Configuration = try configuration(
            "config.json", ["config.json": PublishedModel.t5(layers: 1, heads: 64, feedForward: 10240, vocabulary: 8)])
        // Tables are read where a file is mapped; here is no file.
        let embedding = WeightUnit("embedding") { p in _ = try p("shared.weight", c.vocabSize, c.dModel) }
        let encoder = T5Encoder(c, weights: try store("text_encoder_2", [embedding] + T5Encoder.units(c).dropFirst()))
        let tokens = Self.textTokens
        let work = 2 * tokens * c.dModel * (4 * c.attentionWidth + 3 * c.dFf) + 4 * tokens * tokens * c.attentionWidth
        let ids = (0..<tokens).map { Int32($0 % c.vocabSize) }
        return OperationBenchmark("T5 block", "\(tokens) tokens", .operations(work)) { try encoder(ids, pass) }
    }

    func decoder() throws -> OperationBenchmark {
        let c: AutoencoderConfiguration = try configuration(
            "vae/config.json", PublishedModel.fluxDev.configurations(doubleBlocks: 0, singleBlocks: 0, tinyT5: true))
        let decoder = AutoencoderDecoder(c, weights: try store("vae", AutoencoderDecoder.units(c)))
        let side = operations.side / c.scale
        let latents = try operations.filled([side, side, c.latentChannels])
        return OperationBenchmark("decoder", "\(side)×\(side) latents", .operations(Self.work(c, side))) { try decoder(latents, pass) }
    }

    /// Multiplications and additions of the decoder's products, convolutions and attention.
    private static func work(_ c: AutoencoderConfiguration, _ side: Int) -> Int {
        let widths = Array(c.blockOutChannels.reversed())
        func resnet(_ inputs: Int, _ outputs: Int) -> Int {
            9 * (inputs + outputs) * outputs + (inputs == outputs ? 0 : inputs * outputs)
        }
        var pixels = side * side
        var work = pixels * (9 * c.latentChannels * widths[0] + 2 * resnet(widths[0], widths[0]) + widths[0] * (4 * widths[0] + 2 * pixels))
        for (i, width) in widths.enumerated() {
            work += pixels * (resnet(widths[max(0, i - 1)], width) + c.layersPerBlock * resnet(width, width))
            if i == widths.count - 1 { continue }
            pixels *= 4
            work += pixels * 9 * width * width
        }
        return 2 * (work + pixels * 9 * widths[widths.count - 1] * c.outChannels)
    }

    private func store(_ component: String, _ units: [WeightUnit]) throws -> WeightStore {
        try WeightStore(
            onPaper: component, units: units, storedType: operations.type, computeType: operations.type, from: weights, on: backend)
    }

    private func configuration<C: ModelConfiguration>(_ name: String, _ files: [String: String]) throws -> C {
        try C(json: Data((files[name] ?? "").utf8), of: FilePath(name))
    }
}

/// The same values for all units of a size, since what they are does not matter to a clock; those of a FLUX.1 block fit no cache.
private final class RepeatedWeights: UnitSource {
    private let operations: FluxOperations
    private let spans = Mutex<[Int: Storage]>([:])

    init(operations: FluxOperations) {
        self.operations = operations
    }

    func withSpan<R>(of unit: StoredUnit, _ body: (Storage) throws -> R) throws -> R {
        try body(
            spans.withLock { spans in
                if let span = spans[unit.byteCount] { return span }
                let span = try operations.filled([unit.byteCount / 4096, 4096 / operations.type.byteCount]).storage
                spans[unit.byteCount] = span
                return span
            })
    }
}
