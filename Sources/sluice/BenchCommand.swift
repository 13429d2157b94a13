import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures, and makes what measuring needs.",
        subcommands: [
            BenchCheckpointCommand.self, BenchMemoryCommand.self, BenchOperationsCommand.self, BenchBlocksCommand.self,
            BenchImageCommand.self, BenchPicturesCommand.self, BenchLinkCommand.self,
        ])
}
