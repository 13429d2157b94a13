import Glibc
import Hummingbird
import Logging
import NIOCore
public import ServiceLifecycle
import SystemPackage

/// The HTTP server at every address that a host stands for: the loopback interface has two.
public struct StudioServer: Service {
    private let parts: StudioParts
    private let hosts: [String]
    private let port: Int
    private let onRunning: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - port: 0 takes any that is free.
    ///   - onRunning: Called with the port once requests are answered at every address.
    public init(_ parts: StudioParts, host: String, port: Int, onRunning: @escaping @Sendable (_ port: Int) async -> Void) {
        self.parts = parts
        hosts = host == "localhost" || host == "127.0.0.1" ? ["127.0.0.1", "::1"] : [host]
        self.port = port
        self.onRunning = onRunning
    }

    /// - Throws: `StartRefusal` if an address cannot be had.
    public func run() async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup { group in
            group.addTask { try await serve(hosts[0], port) { continuation.yield($0) } }
            group.addTask {
                guard let port = await ports.first(where: { _ in true }) else { return }
                guard hosts.count > 1 else { return await onRunning(port) }
                do { try await serve(hosts[1], port) { await onRunning($0) } } catch StartRefusal.addressUnavailable(let host, let reason) {
                    parts.logger.notice("not open at \(host): \(reason)")
                    await onRunning(port)
                }
            }
            // Any address that fails ends the others, which `waitForAll` would wait for.
            while try await group.next() != nil {}
        }
    }

    private func serve(_ host: String, _ port: Int, _ onRunning: @escaping @Sendable (_ port: Int) async -> Void) async throws {
        do { try await buildApplication(parts, host: host, port: port, onRunning: onRunning).run() } catch let error as IOError {
            throw error.errnoCode == EADDRINUSE
                ? StartRefusal.addressInUse(host: host, port: port)
                : StartRefusal.addressUnavailable(host: host, reason: "\(Errno(rawValue: error.errnoCode))")
        }
    }
}
