import ArgumentParser

struct BenchOperationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ops", abstract: "Times every operation at FLUX.1's shapes against what the device does at best.",
        discussion: """
            The roof of arithmetic is the fastest plain matrix product of the same run, on the processor the library's or Sluice's own, the \
            roof of bytes a copy too large for any cache. Each time is the shortest of several batches.
            """)

    @OptionGroup var shapes: BenchShapes

    func run() throws {
        try shapes.measure { [$0.transformer, $0.encoders, $0.autoencoder] }
    }
}
