import FoundationEssentials
import Synchronization
import SystemPackage
import TestFixtures

@testable import Studio

/// Programs that speak the protocol badly.
struct StubEngine {
    let folder: TemporaryFolder
    var configuration: ChildEngine.Configuration

    /// - Parameter script: Of the shell; `$HELLO` is a hello as it should be.
    init(_ script: String) throws {
        folder = try TemporaryFolder()
        let hello = String(decoding: try ProtocolLines.encode(WorkerMessage.hello(Hello(.sample))), as: UTF8.self)
        try folder.write(hello, "hello")
        let file = try folder.write("HELLO=$(cat \(folder.path.string)/hello)\n" + script, "engine.sh")
        configuration = ChildEngine.Configuration(executable: "/bin/sh", arguments: [file.string])
        configuration.firstBackoff = .milliseconds(20)
        configuration.longestBackoff = .milliseconds(80)
        configuration.terminationGrace = .milliseconds(200)
        configuration.helloLimit = .seconds(5)
        configuration.leastSilence = .milliseconds(300)
    }

    /// What a supervisor says of this engine until `isEnough`.
    func signals(
        _ onMessage: @escaping @Sendable (ChildEngine, WorkerMessage) async -> Void = { _, _ in },
        until isEnough: @escaping @Sendable ([EngineSignal]) -> Bool
    ) async throws -> [EngineSignal] {
        let engine = ChildEngine(configuration)
        let heard = Heard()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await engine.run { signal in
                    heard.add(signal)
                    if case .message(let message) = signal { await onMessage(engine, message) }
                }
            }
            group.addTask {
                let deadline = ContinuousClock.now + .seconds(30)
                while !isEnough(heard.signals) {
                    if ContinuousClock.now > deadline { throw TimedOut(heard: "\(heard.signals)") }
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            // The supervisor itself never ends.
            try await group.next()
            group.cancelAll()
        }
        withExtendedLifetime(folder) {}
        return heard.signals
    }

    /// Why the first engines ended.
    func ends(
        _ count: Int = 1, _ onMessage: @escaping @Sendable (ChildEngine, WorkerMessage) async -> Void = { _, _ in }
    ) async throws -> [String] {
        Array(try await signals(onMessage) { $0.reasons.count >= count }.reasons.prefix(count))
    }

    private final class Heard: Sendable {
        private let list = Mutex<[EngineSignal]>([])
        var signals: [EngineSignal] { list.withLock { $0 } }
        func add(_ signal: EngineSignal) { list.withLock { $0.append(signal) } }
    }

    struct TimedOut: Error {
        let heard: String
    }
}

extension [EngineSignal] {
    var reasons: [String] {
        compactMap { signal in
            if case .ended(let reason) = signal { reason } else { nil }
        }
    }
}
