import Foundation

/// A program that is run to its end, or until it is told to stop.
struct Program: Sendable {
    let path: String
    let arguments: [String]

    struct Result: Sendable {
        let status: Int32
        let output, error: String
    }

    func run() async throws -> Result {
        try await Connection.blocking {
            let (process, output, error) = (Process(), Pipe(), Pipe())
            process.executableURL = URL(filePath: path)
            process.arguments = arguments
            (process.standardOutput, process.standardError) = (output, error)
            try process.run()
            // Less than a pipe holds.
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus,
                output: String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
                error: String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
        }
    }
}
