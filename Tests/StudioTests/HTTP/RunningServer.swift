import Foundation
import Glibc
import History
import Synchronization
import SystemPackage
import Testing

@testable import Studio

/// `sluice serve` itself, with the embedded model, in a process of its own.
final class RunningServer: Sendable {
    static let program: FilePath = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return FilePath(tests).removingLastComponent().appending("sluice")
    }()

    /// What clients are told of a job.
    struct SeenJob: Decodable {
        let status: JobStatus
        let attempt, lost: Int
        let images: [Int64]
    }

    private let process: Mutex<Process>
    let client: RawClient
    let identifier: Int32

    private init(_ process: Process, port: Int) {
        identifier = process.processIdentifier
        client = RawClient(port: port)
        self.process = Mutex(process)
    }

    /// - Parameters:
    ///   - tracer: What starts the server in its own place, with its arguments.
    ///   - options: More of the server's own; a budget among them counts.
    static func start(data: FilePath, tracer: [String] = [], options: [String] = []) async throws -> RunningServer {
        try await Connection.blocking {
            let (process, output) = (Process(), Pipe())
            let command =
                tracer + [program.string, "serve", "--port", "0", "--data", data.string, "--memory", "1GiB", "--minimum-free", "1MiB"]
                + options
            process.executableURL = URL(filePath: command[0])
            process.arguments = Array(command.dropFirst())
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            let port = line.firstMatch(of: /http:\/\/localhost:(\d+)\//).flatMap { Int($0.1) }
            guard let port else {
                process.terminate()
                throw RawClient.Failure(call: "start: \(line)", code: 0)
            }
            return RunningServer(process, port: port)
        }
    }

    deinit { process.withLock { if $0.isRunning { kill(identifier, SIGKILL) } } }

    /// Asks it to end, and waits until it did.
    /// - Returns: Its exit code; 128 and the signal's number if one ended it.
    func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        kill(identifier, signal)
        return try await Connection.blocking { [self] in
            process.withLock {
                $0.waitUntilExit()
                return $0.terminationReason == .exit ? $0.terminationStatus : 128 + $0.terminationStatus
            }
        }
    }

    func submit(_ json: String) async throws -> Int {
        let reply = try await client.post("/api/v1/jobs", json)
        guard reply.status == 202, case .integer(let id)? = try OpenServer.value(reply, "id") else {
            throw RawClient.Failure(call: reply.text, code: Int32(reply.status))
        }
        return Int(id)
    }

    func job(_ id: Int) async throws -> SeenJob {
        try JSONDecoder().decode(SeenJob.self, from: Data(try await client.send("GET", "/api/v1/jobs/\(id)").body))
    }

    func ended(_ id: Int, whileWaiting: () throws -> Void = {}) async throws -> SeenJob {
        for _ in 0..<6000 {
            let job = try await job(id)
            if job.status.isEnd { return job }
            try whileWaiting()
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("job \(id) does not end")
        throw CancellationError()
    }

    /// Waits until the picture under way has come to a step.
    func reached(step: Int) async throws {
        for _ in 0..<6000 {
            let progress = try OpenServer.value(try await client.send("GET", "/api/v1/snapshot"), "progress", "step")
            if case .integer(let now)? = progress, now >= step { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("step \(step) is never reached")
    }

    /// The server's engine.
    var engine: Int32? {
        get throws {
            let threads = "/proc/\(identifier)/task"
            return try FileManager.default.contentsOfDirectory(atPath: threads).lazy.compactMap { thread in
                // A thread may end meanwhile.
                (try? String(contentsOfFile: "\(threads)/\(thread)/children", encoding: .utf8))?.split(separator: " ").first
            }.first.flatMap { Int32($0) }
        }
    }
}
