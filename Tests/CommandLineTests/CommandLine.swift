import Foundation

/// Runs a built program as a user would.
struct SluiceProcess {
    let exitCode: Int32
    let output: String
    let errors: String

    /// Beside the test program, where the package manager builds it.
    static func executable(_ name: String) -> URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name)
    }

    /// - Parameter interruptAfter: Seconds after which SIGINT is sent, as Ctrl-C does.
    static func run(
        _ arguments: [String], program: String = "sluice", in folder: URL? = nil, interruptAfter seconds: Double? = nil
    ) throws -> SluiceProcess {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = executable(program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        if let seconds {
            Thread.sleep(forTimeInterval: seconds)
            process.interrupt()
        }
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        let errorData = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return SluiceProcess(
            exitCode: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: String(decoding: outputData, as: UTF8.self), errors: String(decoding: errorData, as: UTF8.self))
    }

    /// Lines of standard error that report a failure.
    var failures: [Substring] { errors.split(separator: "\n").filter { $0.hasPrefix("sluice: error: ") } }
}

/// A folder that is removed when the test ends.
final class ScratchFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
    var contents: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() } }
}
