import ArgumentParser
import Diffusion
import FoundationEssentials
import Glibc
import History
import Logging
import ServiceLifecycle
import Studio
import SystemPackage
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Opens the studio: a page in the browser that draws pictures and keeps every one.")

    @OptionGroup var engine: EngineOptions
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var prompts: PromptOptions
    @OptionGroup var folder: DataOptions
    @OptionGroup var access: AccessOptions
    @Option(help: "Port to listen on; 0 takes any that is free.") var port: UInt16 = 7860
    @Flag(help: "Start with the queue paused if the last server or its engine ended in the middle of a job.") var pausedAfterCrash = false
    @Option(
        help: ArgumentHelp("Free space below which nothing new begins; 1GiB if absent.", valueName: "SIZE"),
        transform: ByteCount.init(parsing:))
    var minimumFree: ByteCount?

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .notice
            return handler
        }
        try access.check()
        // The engine uses it: what is wrong with it is told at once.
        _ = try prompts.store
        let data = try folder.open()
        let (policy, token) = try access.policy(data.path)
        let store = try data.openStore()
        let found = try await data.reconcile(with: store)
        let parts = try parts(data, store, policy)
        if pausedAfterCrash, !found.lostJobs.isEmpty { await parts.studio.pause() }
        try await ServiceGroup(configuration: services(parts, data, store, token)).run()
        try store.close()
    }

    private func parts(_ data: DataFolder, _ store: SQLiteStore, _ policy: AccessPolicy) throws -> StudioParts {
        let hub = EventHub()
        var configuration = Studio.Configuration()
        if let minimumFree { configuration.minimumFreeBytes = minimumFree.value }
        let child = ChildEngine(ChildEngine.Configuration(executable: try executable(), arguments: workerArguments(data)))
        let studio = Studio(store: store, folder: data, events: hub, engine: child, configuration: configuration)
        return StudioParts(studio: studio, store: store, folder: data, hub: hub, policy: policy, page: try StaticPage.installed())
    }

    /// In the order in which they start; they stop the other way round.
    private func services(
        _ parts: StudioParts, _ data: DataFolder, _ store: SQLiteStore, _ token: String?
    ) -> ServiceGroupConfiguration {
        let server = StudioServer(parts, host: access.host, port: Int(port)) { port in
            // `print` keeps the line while standard output is a pipe.
            let line = "Sluice is open at http://\(access.name):\(port)/\(token.map { "#token=\($0)" } ?? "")\n"
            do { _ = try FileDescriptor.standardOutput.writeAll(Array(line.utf8)) } catch {
                parts.logger.warning("standard output: \(error)")
            }
        }
        var configuration = ServiceGroupConfiguration(
            services: [
                StudioService(parts.studio), HistoryUpkeep(data, store, parts.hub, parts.logger),
                PictureMeter(parts.hub, store, parts.metrics, parts.logger), server, Heartbeat(parts.hub),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: parts.logger)
        configuration.maximumGracefulShutdownDuration = .seconds(15)
        return configuration
    }

    private func executable() throws -> FilePath {
        FilePath(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    }

    private func workerArguments(_ data: DataFolder) -> [String] {
        var arguments = ["worker", "--device", engine.computing.device, "--offload", memory.offload.rawValue]
        if let model = engine.model { arguments += ["--model", model] }
        if let dtype = engine.computing.dtype { arguments += ["--dtype", dtype] }
        if memory.allowsTiling { arguments.append("--allow-tiling") }
        if let memory = memory.memory { arguments += ["--memory", "\(memory.value)"] }
        if let cache = prompts.promptCache { arguments += ["--prompt-cache", cache] }
        return arguments + ["--previews", data.path.string, "--lock", data.path.appending("worker.lock").string]
    }
}
