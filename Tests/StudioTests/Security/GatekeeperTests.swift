import History
import Testing

@testable import Studio

@Suite struct GatekeeperTests {
    /// Every route, static files and unknown ones included.
    static let routes: [(method: String, path: String)] = [
        ("GET", "/"), ("GET", "/icon.svg"), ("GET", "/nothing"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
        ("GET", "/api/v1/capabilities"), ("GET", "/api/v1/snapshot"), ("GET", "/api/v1/events"), ("POST", "/api/v1/plan"),
        ("POST", "/api/v1/jobs"), ("GET", "/api/v1/jobs"), ("GET", "/api/v1/jobs/1"), ("POST", "/api/v1/jobs/1/cancel"),
        ("POST", "/api/v1/jobs/1/retry"), ("POST", "/api/v1/jobs/1/front"), ("DELETE", "/api/v1/jobs/1"), ("POST", "/api/v1/queue/pause"),
        ("POST", "/api/v1/queue/resume"), ("POST", "/api/v1/queue/cancel-all"), ("POST", "/api/v1/engine/release"),
        ("GET", "/api/v1/images"), ("GET", "/api/v1/images/1"), ("PATCH", "/api/v1/images/1"), ("DELETE", "/api/v1/images/1"),
        ("POST", "/api/v1/images/1/restore"), ("GET", "/api/v1/images/1/file"), ("GET", "/api/v1/images/1/thumb"),
        ("GET", "/api/v1/images/1/report"), ("POST", "/api/v1/images/zip"), ("GET", "/api/v1/compare?ids=1,2"),
        ("POST", "/api/v1/metadata"),
        ("POST", "/api/v1/login"), ("GET", "/api/v1/stats"), ("POST", "/api/v1/nothing"), ("OPTIONS", "/api/v1/jobs"),
    ]
    private let token = "a-token-of-the-tests"

    @Test func noRouteAnswersToAForeignName() async throws {
        try await OpenServer.with { server in
            for (method, path) in Self.routes {
                for host in ["evil.example", "evil.example:\(server.client.port)", "localhost.evil.example", "169.254.169.254"] {
                    let reply = try await server.client.send(method, path, ["Host": host])
                    #expect(reply.status == 421, "\(method) \(path) for \(host)")
                    try checkHeaders(reply)
                }
            }
        }
    }

    @Test func aRequestWithoutOneHostIsRefused() async throws {
        try await OpenServer.with { server in
            let none = try await server.client.exchange(Array("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".utf8))
            #expect(none.status == 421)
            let two = "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
            let double = try await server.client.exchange(Array(two.utf8))
            #expect(double.status == 400)
            let absolute = "GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
            let whole = try await server.client.exchange(Array(absolute.utf8))
            #expect(whole.status == 421)
        }
    }

    @Test func noPageFromElsewhereChangesAnything() async throws {
        try await OpenServer.with { server in
            for (method, path) in Self.routes where !["GET", "OPTIONS"].contains(method) {
                for headers in [
                    ["Origin": "http://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"],
                    ["Sec-Fetch-Site": "same-site"],
                ] {
                    let reply = try await server.client.send(method, path, headers)
                    #expect(reply.status == 403, "\(method) \(path) with \(headers)")
                    try checkHeaders(reply)
                }
            }
            let own = try await server.client.send("POST", "/api/v1/queue/pause", ["Origin": "http://localhost:\(server.client.port)"])
            #expect(own.status == 200)
        }
    }

    @Test func aBodyThatAPlainFormCouldSendIsRefused() async throws {
        try await OpenServer.with { server in
            for type in [
                "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", "application/json5",
            ] {
                let reply = try await server.client.post("/api/v1/jobs", #"{"prompt":"x"}"#, ["Content-Type": type])
                #expect(reply.status == 415, "\(type)")
            }
            #expect(try await server.client.post("/api/v1/jobs", #"{"prompt":"x"}"#, ["Content-Type": ""]).status == 415)
            #expect(
                try await server.client.post("/api/v1/jobs", #"{"prompt":"x"}"#, ["Content-Type": "Application/JSON; charset=utf-8"]).status
                    == 202)
            for type in ["text/html", "image/svg+xml", "application/json", "application/octet-stream"] {
                let reply = try await server.client.send("POST", "/api/v1/metadata", ["Content-Type": type], body: Array("<html>".utf8))
                #expect(reply.status == 415, "\(type)")
            }
        }
    }

    @Test func onlyOriginsThatAreNamedAreAllowedAndNoneIsReflected() async throws {
        try await OpenServer.with(AccessPolicy(corsOrigins: ["https://tool.example"])) { server in
            let good = try await server.client.send("GET", "/api/v1/jobs", ["Origin": "https://tool.example"])
            #expect(good.headers["access-control-allow-origin"] == "https://tool.example")
            #expect(good.headers["access-control-allow-credentials"] == nil)
            let preflight = try await server.client.send("OPTIONS", "/api/v1/jobs", ["Origin": "https://tool.example"])
            #expect(preflight.status == 204)
            #expect(preflight.headers["access-control-allow-methods"] == "GET, POST, PATCH, DELETE")
            let change = try await server.client.send(
                "POST", "/api/v1/queue/pause", ["Origin": "https://tool.example", "Sec-Fetch-Site": "cross-site"])
            #expect(change.status == 200)
            for origin in ["https://evil.example", "https://tool.example.evil.example", "null", "http://tool.example"] {
                let reply = try await server.client.send("GET", "/api/v1/jobs", ["Origin": origin])
                #expect(reply.headers["access-control-allow-origin"] == nil)
                let refused = try await server.client.send("OPTIONS", "/api/v1/jobs", ["Origin": origin])
                #expect(refused.headers["access-control-allow-origin"] == nil)
            }
        }
    }

    @Test func withoutTheTokenNothingButThePageIsThere() async throws {
        try await OpenServer.with(AccessPolicy(token: try AccessToken(token))) { server in
            let open = ["/", "/icon.svg", "/nothing", "/healthz", "/readyz", "/api/v1/login"]
            for (method, path) in Self.routes where !open.contains(path) && method != "OPTIONS" {
                let reply = try await server.client.send(method, path)
                #expect(reply.status == 401, "\(method) \(path)")
                #expect(try OpenServer.code(reply) == "unauthorized")
                try checkHeaders(reply)
            }
            #expect(try await server.client.send("GET", "/").status == 200)
            let bearer = try await server.client.send("GET", "/api/v1/jobs", ["Authorization": "Bearer \(token)"])
            #expect(bearer.status == 200)
        }
    }

    @Test func aLoginGivesACookieThatLetsIn() async throws {
        try await OpenServer.with(AccessPolicy(token: try AccessToken(token))) { server in
            let login = try await server.client.post("/api/v1/login", #"{"token":"\#(token)"}"#)
            #expect(login.status == 204)
            let cookie = try #require(login.headers["set-cookie"])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(token))
            let reply = try await server.client.send("GET", "/api/v1/jobs", ["Cookie": String(cookie.prefix { $0 != ";" })])
            #expect(reply.status == 200)
            #expect(try await server.client.post("/api/v1/login", #"{"token":"wrong"}"#).status == 401)
            #expect(try await server.client.post("/api/v1/login", #"{"password":"wrong"}"#).status == 422)
        }
    }

    @Test func whoTriesTokensHasToWait() async throws {
        try await OpenServer.with(AccessPolicy(token: try AccessToken(token))) { server in
            for number in 0..<5 {
                #expect(try await server.client.post("/api/v1/login", #"{"token":"guess-\#(number)"}"#).status == 401)
                #expect(try await server.client.send("GET", "/api/v1/jobs", ["Authorization": "Bearer guess"]).status == 401)
            }
            let login = try await server.client.post("/api/v1/login", #"{"token":"\#(token)"}"#)
            #expect(login.status == 429)
            #expect(login.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0)
            #expect(try await server.client.send("GET", "/api/v1/jobs", ["Authorization": "Bearer \(token)"]).status == 429)
        }
    }

    @Test(arguments: ["", "Bearer", "Basic dW5kZWZpbmVk", "Bearer undefined", "nonsense"])
    func junkInAuthorizationIsNobodyWhereNobodyIsAsked(authorization: String) async throws {
        try await OpenServer.with { server in
            let text = "GET /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: \(authorization)\r\nConnection: close\r\n\r\n"
            let reply = try await server.client.exchange(Array(text.utf8))
            #expect(reply.status == 200)
        }
    }

    @Test func everyReplyCarriesWhatProtectsTheBrowser() async throws {
        try await OpenServer.with { server in
            for (method, path) in Self.routes where path != "/api/v1/events" {
                try checkHeaders(try await server.client.send(method, path))
            }
        }
    }

    private func checkHeaders(_ reply: RawClient.Reply) throws {
        let policy = try #require(reply.headers["content-security-policy"])
        #expect(policy.hasPrefix("default-src 'self'; ") && !policy.contains("unsafe"))
        #expect(reply.headers["x-content-type-options"] == "nosniff")
        #expect(reply.headers["referrer-policy"] == "no-referrer")
        #expect(reply.headers["cross-origin-resource-policy"] == "same-origin")
    }

    @Test(arguments: [
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/assets/../../../etc/passwd", "//etc/passwd",
        "/api/v1/images/../../../etc/passwd/file", "/api/v1/images/%2e%2e%2f1/file", "/api/v1/images/1%00/file", "/api/v1/images/-1/file",
        "/api/v1/images/1.png/file", "/api/v1/images/0x1/file", "/api/v1/images/9223372036854775808/file", "/index.html%00.js",
        "/sluice.sqlite", "/lock",
    ])
    func noPathReachesTheFileSystem(path: String) async throws {
        try await OpenServer.with { server in
            _ = try await server.picture()
            let reply = try await server.client.send("GET", path)
            #expect(reply.status == 404)
            #expect(!reply.text.contains("root:"))
        }
    }

    @Test func aHistoryThatMayOnlyBeLookedAtStaysAsItIs() async throws {
        try await OpenServer.with(AccessPolicy(historyIsReadOnly: true)) { server in
            _ = try await server.picture()
            for (method, path, body) in [
                ("PATCH", "/api/v1/images/1", #"{"starred":true}"#), ("DELETE", "/api/v1/images/1", nil),
                ("POST", "/api/v1/images/1/restore", nil),
            ] {
                let reply = try await server.client.send(method, path, body: body.map { Array($0.utf8) })
                #expect(reply.status == 403)
                #expect(try OpenServer.code(reply) == "read_only")
            }
            let image = try await server.parts.store.image(1)
            #expect(!image.starred && image.trashedAt == nil)
        }
    }
}
