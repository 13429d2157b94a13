import Testing

@testable import Studio

@Suite struct EventStreamTests {
    private static func open(_ server: OpenServer, _ more: String = "", query: String = "") async throws -> Connection {
        let connection = try await server.client.connect()
        try await connection.write(Array("GET /api/v1/events\(query) HTTP/1.1\r\nHost: localhost\r\n\(more)\r\n".utf8))
        return connection
    }

    @Test func aStreamTellsWhatHappensAndThatItLives() async throws {
        try await OpenServer.with { server in
            let stream = try await Self.open(server)
            let head = try await stream.read(until: "retry: 1000\n\n")
            #expect(head.contains("Content-Type: text/event-stream"))
            #expect(head.lowercased().contains("content-security-policy"))
            async let news = stream.read(until: "event: image\n")
            _ = try await server.picture()
            let told = try await news
            #expect(told.contains("event: job\n"))
            #expect(told.contains("id: \(await server.parts.hub.lastID.start)-"))
            _ = try await stream.read(until: ": ping\n\n")
        }
    }

    @Test func aClientThatComesBackIsToldWhatItMissed() async throws {
        try await OpenServer.with { server in
            let seen = await server.parts.hub.lastID
            await server.parts.hub.publish("job", ["id": 4711])
            for (more, query) in [("Last-Event-ID: \(seen)\r\n", ""), ("", "?after=\(seen)"), ("Last-Event-ID: \(seen)\r\n", "?after=1-1")]
            {
                let stream = try await Self.open(server, more, query: query)
                #expect(try await stream.read(until: "4711").contains(#"data: {"id":4711}"#))
            }
        }
    }

    @Test func aClientOfAnotherServerIsToldToReadTheSnapshot() async throws {
        try await OpenServer.with { server in
            let stream = try await Self.open(server, "Last-Event-ID: 12-34\r\n")
            _ = try await stream.read(until: "event: resync\ndata: {}\n\n")
        }
    }

    @Test func aStreamOfAClientThatWentIsForgotten() async throws {
        try await OpenServer.with(AccessPolicy(), readerLimit: 3) { server in
            for _ in 0..<10 {
                let stream = try await Self.open(server)
                _ = try await stream.read(until: "retry")
            }
            for _ in 0..<200 where await server.parts.hub.readerCount > 1 { try await Task.sleep(for: .milliseconds(10)) }
            // What counts pictures reads too.
            #expect(await server.parts.hub.readerCount == 1)
            #expect(try await server.client.send("GET", "/metrics").text.contains("sluice_sse_clients 0\n"))
        }
    }

    @Test func moreStreamsThanMayBeOpenAreRefused() async throws {
        try await OpenServer.with(AccessPolicy(), readerLimit: 3) { server in
            let streams = [try await Self.open(server), try await Self.open(server)]
            for stream in streams { _ = try await stream.read(until: "retry") }
            let reply = try await server.client.send("GET", "/api/v1/events")
            #expect(reply.status == 429)
            #expect(reply.headers["retry-after"] == "10")
        }
    }

    @Test func aClientThatReadsNothingHoldsUpNobody() async throws {
        try await OpenServer.with { server in
            let slow = try await Self.open(server)
            _ = try await slow.read(until: "retry")
            // More than sockets and the server's share of it hold.
            let text = String(repeating: "x", count: 100_000)
            for _ in 0..<600 {
                await server.parts.hub.publish("job", ["data": text])
                await server.parts.hub.tell()
            }
            let quick = try await Self.open(server)
            _ = try await quick.read(until: "retry")
            await server.parts.hub.publish("job", ["id": 4711])
            _ = try await quick.read(until: "4711")
            // What it reads once it reads again ends with the advice to start over, and what happened since.
            let told = try await slow.read(until: "4711")
            #expect(told.contains("event: resync"))
            #expect(told.utf8.count < 60_000_000)
        }
    }

    @Test func aServerThatStopsEndsItsStreams() async throws {
        let stream = try await OpenServer.with { server in
            let stream = try await Self.open(server)
            _ = try await stream.read(until: "retry")
            return stream
        }
        #expect(String(decoding: try await stream.readToEnd(), as: UTF8.self).hasSuffix("0\r\n\r\n"))
    }
}
