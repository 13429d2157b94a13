import ArgumentParser

struct BenchBlocksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocks", abstract: "Times blocks of FLUX.1's transformer and of its T5 encoder.",
        discussion:
            "The roof is that of ops. A transformer's block comes with the layers before the first and after the last block, which are under 1 % of it."
    )

    @OptionGroup var shapes: BenchShapes

    func run() throws {
        try shapes.measure { operations in
            let model = FluxParts(operations)
            return [
                { [try model.step("double block", doubleBlocks: 1, singleBlocks: 0)] },
                { [try model.step("single block", doubleBlocks: 0, singleBlocks: 1)] },
                { [try model.t5Block()] },
            ]
        }
    }
}
