import ArgumentParser
import FoundationEssentials
import History
import SystemPackage

/// Where the studio keeps everything.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of queue, history and pictures; made if it is not there. ~/.local/share/sluice if absent.", valueName: "DIR"))
    var data: String?

    var path: FilePath {
        if let data { return FilePath(data) }
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_DATA_HOME"].map { FilePath($0) } ?? FilePath(environment["HOME"] ?? ".").appending(".local/share")
        return base.appending("sluice")
    }

    /// Opens the folder, which no one else may hold.
    /// - Throws: `HistoryError`.
    func open() throws -> DataFolder {
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        return try DataFolder(at: path)
    }
}
