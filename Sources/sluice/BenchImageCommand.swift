import ArgumentParser

struct BenchImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Times what a picture is made of: a denoising step and the decoder.",
        discussion: "The roof is that of ops. The step's transformer has FLUX.1's width and fewer blocks, in its proportion.")

    @OptionGroup var shapes: BenchShapes
    @Option(parsing: .unconditional, help: "Double-stream blocks of the step.") var doubleBlocks = 2
    @Option(parsing: .unconditional, help: "Single-stream blocks of the step.") var singleBlocks = 4

    func validate() throws {
        for (option, count) in [("--double-blocks", doubleBlocks), ("--single-blocks", singleBlocks)] where !(0...1000).contains(count) {
            throw OptionError.invalid(option: option, value: "\(count)", expected: "0 to 1000")
        }
    }

    func run() throws {
        try shapes.measure { operations in
            let model = FluxParts(operations)
            return [
                { [try model.step("denoising step", doubleBlocks: doubleBlocks, singleBlocks: singleBlocks)] },
                { [try model.decoder()] },
            ]
        }
    }
}
