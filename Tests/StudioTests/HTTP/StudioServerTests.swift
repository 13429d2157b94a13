import FoundationEssentials
import History
import ServiceLifecycle
import SystemPackage
import Testing

@testable import Studio

@Suite struct StudioServerTests {
    private static let hasIPv6 = FileManager.default.contents(atPath: "/proc/net/if_inet6").map {
        String(decoding: $0, as: UTF8.self).contains("00000000000000000000000000000001")
    }

    @Test(.enabled(if: hasIPv6 == true, "this machine has no ::1"))
    func bothAddressesOfThisMachineAnswerAtOnePort() async throws {
        try await OpenServer.with { server in
            #expect(try await server.client.send("GET", "/healthz", ["Host": "[::1]:\(server.client.port)"]).status == 200)
            let six = try await Program(
                path: "/usr/bin/python3",
                arguments: ["-c", "import urllib.request as u; print(u.urlopen('http://[::1]:\(server.client.port)/healthz').status)"]
            ).run()
            #expect(six.output == "200\n", "\(six.error)")
        }
    }

    @Test func aPortThatIsTakenAndAnAddressThatIsNotOursAreToldAtOnce() async throws {
        try await OpenServer.with { server in
            let port = server.client.port
            let second = StudioServer(server.parts, host: "127.0.0.1", port: port) { _ in Issue.record("it opened") }
            await #expect(throws: StartRefusal.addressInUse(host: "127.0.0.1", port: port)) { try await second.run() }
            let elsewhere = StudioServer(server.parts, host: "203.0.113.9", port: 0) { _ in Issue.record("it opened") }
            await #expect(throws: StartRefusal.self) { try await elsewhere.run() }
        }
    }

    /// The program itself, whose exit codes scripts see.
    private func serve(_ arguments: String...) async throws -> Program.Result {
        let tests = FilePath((try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")
        let program = tests.removingLastComponent().appending("sluice")
        // A server that opened after all would be ended after a while, with another code.
        return try await Program(path: "/usr/bin/timeout", arguments: ["30", program.string, "serve", "--port", "0"] + arguments).run()
    }

    @Test func whatWouldBeOpenToEverybodyDoesNotStart() async throws {
        let open = try await serve("--host", "0.0.0.0", "--data", "/nonexistent/data")
        #expect(open.status == 2)
        #expect(open.error.contains("--token generate"))
        let both = try await serve("--token", "generate", "--insecure-no-auth", "--data", "/nonexistent/data")
        #expect(both.status == 2)
    }

    @Test func aSecondServerOnOneFolderIsRefusedAndNamesTheFirst() async throws {
        try await OpenServer.with { server in
            let second = try await serve("--data", server.parts.folder.path.string)
            #expect(second.status == 2)
            #expect(second.error.contains("in use by process \(ProcessInfo.processInfo.processIdentifier)"), "\(second.error)")
        }
    }
}
