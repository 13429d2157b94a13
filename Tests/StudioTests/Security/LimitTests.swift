import FoundationEssentials
import History
import Synchronization
import SystemPackage
import Testing

@testable import Studio

@Suite struct LimitTests {
    private final class Time: Sendable {
        private let state = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { state.withLock { $0 } }
        func pass(_ seconds: Int) { state.withLock { $0 += .seconds(seconds) } }
    }

    @Test func anAddressWithTenWrongTokensWaitsUntilTheFirstIsAMinuteOld() {
        let time = Time()
        let limit = FailureLimit(now: { time.now })
        for _ in 0..<10 {
            #expect(limit.wait("a") == nil)
            limit.record("a")
            time.pass(1)
        }
        #expect(limit.wait("a") == 51)
        #expect(limit.wait("b") == nil)
        time.pass(49)
        #expect(limit.wait("a") == 2)
        time.pass(1)
        #expect(limit.wait("a") == nil)
        limit.record("a")
        #expect(limit.wait("a") == 2)
    }

    @Test func manyAddressesAreForgottenOnceTheyAreQuiet() {
        let time = Time()
        let limit = FailureLimit(limit: 1, now: { time.now })
        for number in 0..<5000 { limit.record("\(number)") }
        time.pass(61)
        limit.record("late")
        #expect(limit.wait("4999") == nil)
        #expect(limit.wait("late") != nil)
    }

    @Test func aClientHasSoManyRequestsAtOnceAndOthersAreNotAffected() {
        let limit = ConcurrencyLimit(2)
        #expect(limit.enter("a") && limit.enter("a") && !limit.enter("a") && limit.enter("b"))
        limit.leave("a")
        #expect(limit.enter("a") && !limit.enter("a"))
    }

    @Test func aBodyMayHaveItsLimitAndNotOneByteMore() async throws {
        try await OpenServer.with { server in
            let frame = #"{"prompt":""}"#.utf8.count
            let fitting = #"{"prompt":"\#(String(repeating: " ", count: 65_536 - frame))"}"#
            #expect(try await server.client.post("/api/v1/jobs", fitting).status == 422)
            let large = try await server.client.post("/api/v1/jobs", fitting + " ")
            #expect(large.status == 413)
            #expect(try OpenServer.value(large, "error", "facts", "limitBytes") == .integer(65_536))
            // A length that is not told before is found out while reading.
            let chunk = String(70_000, radix: 16) + "\r\n" + String(repeating: "x", count: 70_000) + "\r\n0\r\n\r\n"
            let head =
                "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
            #expect(try await server.client.exchange(Array((head + chunk).utf8)).status == 413)
        }
    }

    @Test func aPromptMayHave32000CharactersAndNotOneMore() async throws {
        try await OpenServer.with { server in
            for (count, status) in [(32_000, 202), (32_001, 422)] {
                let reply = try await server.client.post("/api/v1/jobs", #"{"prompt":"\#(String(repeating: "é", count: count))"}"#)
                #expect(reply.status == status)
            }
        }
    }

    @Test func anImageAboveItsLimitIsRefusedBeforeItIsSent() async throws {
        try await OpenServer.with { server in
            let head =
                "POST /api/v1/metadata HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: image/png\r\n"
                + "Content-Length: \((32 << 20) + 1)\r\n\r\n"
            let connection = try await server.client.connect()
            try await connection.write(Array(head.utf8))
            #expect(try await connection.read(until: "limitBytes").contains(" 413 "))
        }
    }

    @Test func nestingThatWouldEatTheStackIsRefused() async throws {
        try await OpenServer.with { server in
            let deep = #"{"prompt":"# + String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000) + "}"
            let reply = try await server.client.post("/api/v1/jobs", deep)
            #expect(reply.status == 422)
        }
    }

    @Test func headersWithoutEndAreCutOff() async throws {
        try await OpenServer.with { server in
            let connection = try await server.client.connect()
            let field = "X-Long: \(String(repeating: "x", count: 40_000))\r\n\r\n"
            try await connection.write(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\(field)".utf8))
            #expect(String(decoding: try await connection.readToEnd(), as: UTF8.self).contains(" 400 "))
        }
    }

    @Test func aServerWithoutAFaultOfItsOwnNeverTellsAPath() async throws {
        try await OpenServer.with { server in
            let image = try await server.picture()
            let file = server.parts.folder.path.appending("images").appending(image.blob)
            try FileManager.default.removeItem(atPath: file.string)
            for path in ["file", "file?strip=1"] {
                let reply = try await server.client.send("GET", "/api/v1/images/\(image.id)/\(path)")
                #expect(reply.status == 404)
                #expect(!reply.text.contains("/"), "\(reply.text)")
            }
            try FileManager.default.createDirectory(atPath: file.string, withIntermediateDirectories: false)
            let broken = try await server.client.send("GET", "/api/v1/images/\(image.id)/file")
            #expect(broken.status == 500)
            #expect(!broken.text.contains("images") && !broken.text.contains("/"), "\(broken.text)")
        }
    }

    @Test func aLinkThatSomebodyPlantedIsNotFollowed() async throws {
        try await OpenServer.with { server in
            let image = try await server.picture()
            let file = server.parts.folder.path.appending("images").appending(image.blob)
            try FileManager.default.removeItem(atPath: file.string)
            try FileManager.default.createSymbolicLink(atPath: file.string, withDestinationPath: "/etc/passwd")
            let reply = try await server.client.send("GET", "/api/v1/images/\(image.id)/file")
            #expect(reply.status == 500)
            #expect(!reply.text.contains("root"))
        }
    }
}
