import ArgumentParser
import Glibc

/// The command line. Exit codes: 0 done, 2 bad arguments or request, 3 model files unusable, 4 does not fit in memory,
/// 5 device fault, 130 interrupted.
@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Draws pictures with FLUX.1 in the memory you have.",
        version: version,
        subcommands: [
            GenerateCommand.self, ServeCommand.self, HistoryCommand.self, PlanCommand.self, TokenizeCommand.self, BenchCommand.self,
            DoctorCommand.self, WorkerCommand.self,
        ])

    static let version = "0.1.0"

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let failure = Failure(error)
            failure.print()
            Glibc.exit(failure.exitCode)
        }
    }
}
