import History
public import Logging
import Subprocess
public import SystemPackage

/// The engine as a child process: started, spoken to, watched, ended and started again.
public actor ChildEngine: EngineProcess {
    public struct Configuration: Sendable {
        public var executable: FilePath
        public var arguments: [String]
        /// How long an engine may take to say hello, its wait for the device included.
        public var helloLimit = Duration.seconds(120)
        /// Between the request to end and the kill.
        public var terminationGrace = Duration.seconds(5)
        /// The shortest silence that counts as death, and how many times the planned time of what is being computed.
        public var leastSilence = Duration.seconds(30)
        public var silenceFactor = 20.0
        public var firstBackoff = Duration.seconds(1)
        public var longestBackoff = Duration.seconds(60)

        public init(executable: FilePath, arguments: [String]) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    private let configuration: Configuration
    private let logger: Logger
    private var watchdog = Watchdog()
    private var backoff: Backoff
    private var saidHello = false
    /// The process that runs now.
    public private(set) var process: Int32?
    private var orders: AsyncStream<WorkerOrder>.Continuation?
    private var ends: AsyncStream<String>.Continuation?

    public init(_ configuration: Configuration, logger: Logger = Logger(label: "sluice.engine")) {
        self.configuration = configuration
        self.logger = logger
        backoff = Backoff(first: configuration.firstBackoff, longest: configuration.longestBackoff)
        (watchdog.least, watchdog.factor) = (configuration.leastSilence, configuration.silenceFactor)
    }

    public func run(_ receive: @escaping @Sendable (EngineSignal) async -> Void) async {
        var restarts = 0
        while !Task.isCancelled {
            await receive(.starting(restarts: restarts))
            let reason = await live(receive)
            (saidHello, orders, ends, process) = (false, nil, nil, nil)
            await receive(.ended(reason: reason))
            if Task.isCancelled { return }
            let wait = backoff.next()
            logger.warning("the engine ended: \(reason); the next one starts in \(wait)")
            try? await Task.sleep(for: wait)
            restarts += 1
        }
    }

    public func send(_ order: WorkerOrder) -> Bool {
        guard saidHello, let orders else { return false }
        watchdog.observe(order)
        orders.yield(order)
        return true
    }

    public func end(_ reason: String) {
        ends?.yield(reason)
    }

    /// One engine, from its start to its end.
    /// - Returns: Why it ended.
    private func live(_ receive: @escaping @Sendable (EngineSignal) async -> Void) async -> String {
        let orders = AsyncStream.makeStream(of: WorkerOrder.self)
        let ends = AsyncStream.makeStream(of: String.self)
        (self.orders, self.ends) = (orders.continuation, ends.continuation)
        watchdog.expectHello(within: configuration.helloLimit)
        // Not SIGTERM, which an engine leaves to the server.
        let teardown = [TeardownStep.send(signal: .userDefinedOne, allowedDurationToNextStep: configuration.terminationGrace)]
        var options = PlatformOptions()
        // Ctrl-C in a terminal is for the server, which stops the engine in its own time.
        options.processGroupID = 0
        options.teardownSequence = teardown
        do {
            let result = try await Subprocess.run(
                .path(configuration.executable), arguments: Arguments(configuration.arguments), platformOptions: options,
                input: .inputWriter, output: .sequence, error: .currentStandardError
            ) { execution in
                process = execution.processIdentifier.value
                return await withTaskGroup(of: String?.self) { group in
                    group.addTask { await self.listen(execution.standardOutput, receive) }
                    group.addTask { await self.speak(execution.standardInputWriter, orders.stream) }
                    group.addTask { await self.watch() }
                    group.addTask { await ends.stream.first { _ in true } }
                    var reason: String?
                    for await result in group {
                        reason = result
                        break
                    }
                    if reason != nil { await execution.teardown(using: teardown) }
                    group.cancelAll()
                    return reason
                }
            }
            return result.closureResult ?? "it ended by itself (\(result.terminationStatus))"
        } catch is CancellationError {
            return "the server stops"
        } catch {
            return "it cannot be started: \(error)"
        }
    }

    /// Hands on what the engine says until it says no more.
    /// - Returns: What was wrong with it, if it was not just the end.
    private func listen(
        _ output: SubprocessOutputSequence, _ receive: @Sendable (EngineSignal) async -> Void
    ) async -> String? {
        var lines = ProtocolLines()
        do {
            for try await buffer in output {
                for line in try lines.append(buffer.withUnsafeBytes { Array($0) }) {
                    let message: WorkerMessage = try ProtocolLines.decode(line)
                    try check(message)
                    watchdog.observe(message)
                    await receive(.message(message))
                }
            }
            return nil
        } catch let error as ProtocolViolation { return "\(error)" } catch {
            return Task.isCancelled ? nil : "its words cannot be read: \(error)"
        }
    }

    private func check(_ message: WorkerMessage) throws(ProtocolViolation) {
        switch message {
        case .hello(let hello):
            guard hello.protocol == Hello.currentProtocol else {
                throw .wrongVersion(found: hello.protocol, expected: Hello.currentProtocol)
            }
            saidHello = true
        case .unusable: break
        case .image:
            backoff.succeed()
            fallthrough
        default: if !saidHello { throw .noHello }
        }
    }

    private func speak(_ writer: StandardInputWriter, _ orders: AsyncStream<WorkerOrder>) async -> String? {
        do {
            for await order in orders { _ = try await writer.write(ProtocolLines.encode(order)) }
            try await writer.finish()
        } catch {
            // It no longer listens; listening to it tells why.
            logger.debug("an order did not reach the engine: \(error)")
        }
        // The end of the engine is told by those who listen to it.
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        return nil
    }

    private func watch() async -> String? {
        while !Task.isCancelled {
            if let deadline = watchdog.deadline, deadline < .now {
                return saidHello ? "it made no progress for too long" : "it did not say hello in time"
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }
}
