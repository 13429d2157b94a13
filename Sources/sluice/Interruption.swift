@preconcurrency import Dispatch
import Glibc
import Synchronization

/// Turns the first Ctrl-C into cancellation of the running task; the second one ends the process at once.
final class Interruption: Sendable {
    private let running = Mutex<Task<Void, any Error>?>(nil)
    private let source: any DispatchSourceSignal

    init() {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [weak self] in
            signal(SIGINT, SIG_DFL)
            self?.running.withLock { $0?.cancel() }
        }
        source.resume()
    }

    /// - Throws: What `body` throws; `CancellationError` after an interruption.
    func cancelling(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task { try await body() }
        running.withLock { $0 = task }
        try await task.value
    }
}
