import ArgumentParser
import Postcards
import SystemPackage
import Weights

struct BenchCheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Writes a FLUX.1 folder of full size with random weights.",
        discussion: """
            Everything has the names, shapes and types of the published model, so memory, speed and streaming can be tested without it; \
            the pictures are noise. The tokenizers are those of the embedded model. Prints the folder and the bytes of its weights.
            """)

    @Option(help: "The model whose sizes to take: flux.1-dev (34 GB) or flux.1-schnell.") var like: PublishedModel
    @Option(help: ArgumentHelp("The folder to make; must not exist.", valueName: "DIR")) var out: String
    @Option(help: ArgumentHelp("t5: a tiny encoder of two layers in place of the one of 9.5 GB.", valueName: "PART"))
    var without: [LeftOut] = []
    @Option(parsing: .unconditional, help: "Double-stream blocks of the transformer, 680 MB each.") var doubleBlocks = 19
    @Option(parsing: .unconditional, help: "Single-stream blocks of the transformer, 283 MB each.") var singleBlocks = 38
    @Option(parsing: .unconditional, help: "Seed of the weights.") var seed: UInt64 = 0

    enum LeftOut: String, ExpressibleByArgument, CaseIterable { case t5 }

    private static let shardByteLimit = 8_000_000_000

    func run() async throws {
        for (option, count) in [("--double-blocks", doubleBlocks), ("--single-blocks", singleBlocks)] where !(0...1000).contains(count) {
            throw OptionError.invalid(option: option, value: "\(count)", expected: "0 to 1000")
        }
        let withoutT5 = without.contains(.t5)
        let random = RandomFolder(
            path: FilePath(out), tokenizers: try Postcards.folder,
            configurations: like.configurations(doubleBlocks: doubleBlocks, singleBlocks: singleBlocks, tinyT5: withoutT5),
            weights: RandomWeights(seed: seed), shardByteLimit: Self.shardByteLimit)
        try await Interruption().cancelling {
            let byteCount = try random.write()
            print("\(random.path)\n\(byteCount) bytes of weights" + (withoutT5 ? ", the T5 encoder a tiny stand-in" : ""))
        }
    }
}
