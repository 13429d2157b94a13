import ArgumentParser
import Diffusion
import Glibc
import History
import Memory
import Studio
import SystemPackage
import Tensors

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Draws for `sluice serve`, which starts it: orders come on standard input, one JSON object a line.", shouldDisplay: false)

    @OptionGroup var engine: EngineOptions
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var prompts: PromptOptions
    @Option(help: ArgumentHelp("File whose lock is held while the engine lives; waited for.", valueName: "F")) var lock: String?

    @Option(help: ArgumentHelp("Folder that keeps what previews are made with.", valueName: "DIR")) var previews: String?

    func run() async throws {
        // Meant for the server, also where everybody is told (systemd, a container): it stops its engine in its own time.
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let lock = try lock.map { try WorkerLock(waitingFor: FilePath($0)) }
        let engine = try self.engine.makeEngine(memory, promptStore: try prompts.store)
        let description = EngineDescription(
            version: Sluice.version, device: "\(engine.backend)", isModelEmbedded: self.engine.model == nil, decoding: memory.decoding)
        let worker = try EngineWorker(engine, description, previewFolder: previews.map { FilePath($0) }) { image, file in
            try JSONText(encoding: Report(image, engine: engine, picture: file, model: description.modelName(of: engine)))
        }
        try await worker.work()
        withExtendedLifetime(lock) {}
        // The engine may be in the middle of an operation that nobody waits for any more.
        _exit(0)
    }
}
