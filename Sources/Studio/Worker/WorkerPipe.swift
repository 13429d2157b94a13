@preconcurrency import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// The worker's ends of the two pipes.
final class WorkerPipe: Sendable {
    private let input: FileDescriptor
    private let output: FileDescriptor
    private let writing = Mutex(())

    init(input: FileDescriptor, output: FileDescriptor) {
        self.input = input
        self.output = output
    }

    /// Takes the protocol's place on standard output: a private copy is kept for it, and what libraries print goes to standard error.
    static func takingStandardOutput() throws -> WorkerPipe {
        let output = try FileDescriptor.standardOutput.duplicate()
        _ = fcntl(output.rawValue, F_SETFD, FD_CLOEXEC)
        _ = try FileDescriptor.standardError.duplicate(as: .standardOutput)
        return WorkerPipe(input: .standardInput, output: output)
    }

    /// Sends a message. A server that is gone shows at the other end, too.
    func send(_ message: WorkerMessage) throws {
        let line = try ProtocolLines.encode(message)
        try writing.withLock { _ in _ = try output.writeAll(line) }
    }

    /// Orders as they come, until the end of the input. Read on a thread of their own, which waits most of the time.
    /// - Throws: `ProtocolViolation`, in the stream.
    var orders: AsyncThrowingStream<WorkerOrder, any Error> {
        AsyncThrowingStream { continuation in
            DispatchQueue(label: "sluice.orders").async { [input] in
                do {
                    var lines = ProtocolLines()
                    var buffer = [UInt8](repeating: 0, count: 1 << 16)
                    while true {
                        let count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
                        if count == 0 { break }
                        for line in try lines.append(buffer[..<count]) { continuation.yield(try ProtocolLines.decode(line)) }
                    }
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
        }
    }
}
