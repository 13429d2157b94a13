import Foundation
import History
import SystemPackage
import TestFixtures
import Testing

@testable import Studio

/// Rule 9: no connection to anywhere, whatever is drawn.
@Suite(.serialized) struct OutgoingConnectionTests {
    private static let job = #"{"prompt":"a fox","seed":1,"width":64,"height":64,"steps":100}"#

    @Test func neitherServerNorEngineHasAPeerThatIsNotOnThisMachine() async throws {
        let temporary = try TemporaryFolder()
        let server = try await RunningServer.start(data: temporary.path.appending("data"))
        let id = try await server.submit(Self.job)
        var looks = 0
        _ = try await server.ended(id) {
            let own = try Self.sockets(of: server.identifier)
            #expect(own.contains { $0.isListening } && own.allSatisfy { $0.isLocal }, "\(own)")
            if let engine = try server.engine {
                #expect(try Self.sockets(of: engine).isEmpty)
                looks += 1
            }
        }
        #expect(looks > 0)
        #expect(try await server.stop() == 0)
    }

    private struct InternetSocket {
        let kind, local, peer: Substring
        let isListening: Bool

        /// Both addresses, as the kernel prints them, are of the loopback interface; who listens has no peer.
        var isLocal: Bool {
            let loopback = ["0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"]
            let isBound = loopback.contains { local.hasPrefix($0 + ":") }
            return kind.hasPrefix("tcp") && isBound && (isListening || loopback.contains { peer.hasPrefix($0 + ":") })
        }
    }

    /// TCP and UDP sockets that a process holds.
    private static func sockets(of process: Int32) throws -> [InternetSocket] {
        let folder = "/proc/\(process)"
        // Descriptors, and the process, may go meanwhile.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/fd")) ?? []
        let held = Set(names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/fd/\($0)") })
        return try ["tcp", "tcp6", "udp", "udp6"].flatMap { kind in
            try String(contentsOfFile: "/proc/net/\(kind)", encoding: .utf8).split(separator: "\n").dropFirst().compactMap { line in
                let fields = line.split(separator: " ")
                guard fields.count > 9, held.contains("socket:[\(fields[9])]") else { return nil }
                return InternetSocket(kind: Substring(kind), local: fields[1], peer: fields[2], isListening: fields[3] == "0A")
            }
        }
    }

    private static let isTraced = ProcessInfo.processInfo.environment["SLUICE_STRACE"] != nil

    /// Every call that could reach out, also one that is over before anybody looks.
    @Test(.enabled(if: isTraced, "SLUICE_STRACE is not in the environment"))
    func noSystemCallReachesOut() async throws {
        let temporary = try TemporaryFolder()
        let trace = temporary.path.appending("trace")
        let strace = ["/usr/bin/strace", "-D", "-f", "-e", "trace=socket,connect,sendto,sendmsg,sendmmsg", "-o", trace.string]
        let server = try await RunningServer.start(data: temporary.path.appending("data"), tracer: strace)
        #expect(try await server.ended(try await server.submit(Self.job)).status == .done)
        _ = try await server.stop()
        let lines = try String(contentsOfFile: trace.string, encoding: .utf8).split(separator: "\n")
        #expect(lines.contains { $0.contains("socket(AF_INET") }, "the server listens")
        // The C library looks for a cache of names at a socket in the file system.
        #expect(lines.filter { $0.contains("sin_addr") || $0.contains("sin6_addr") || $0.contains("sun_path=@") }.isEmpty)
    }
}
