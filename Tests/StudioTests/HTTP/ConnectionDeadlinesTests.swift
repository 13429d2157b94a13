import Testing

@testable import Studio

/// Limits are shortened so that tests need not wait as long as clients may.
@Suite(.serialized) struct ConnectionDeadlinesTests {
    private let patient = Duration.seconds(60)

    /// What the server sent until it closed the connection, and when that was.
    private func end(of connection: Connection) async throws -> (bytes: [UInt8], after: Duration) {
        let began = ContinuousClock.now
        return (try await connection.readToEnd(), .now - began)
    }

    @Test func aConnectionThatIsSilentIsClosed() async throws {
        try await OpenServer.with(limits: ConnectionLimits(idle: .milliseconds(300), request: patient, stall: patient)) { server in
            let silent = try await end(of: try await server.client.connect())
            #expect(silent.bytes.isEmpty && silent.after < .seconds(10), "\(silent.after)")
            let used = try await server.client.connect()
            try await used.write(Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            let after = try await end(of: used)
            #expect(String(decoding: after.bytes, as: UTF8.self).contains(" 200 ") && after.after < .seconds(10))
        }
    }

    @Test(arguments: [
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n",
    ])
    func aRequestThatComesByteByByteIsCutOff(beginning: String) async throws {
        try await OpenServer.with(limits: ConnectionLimits(idle: patient, request: .milliseconds(500), stall: patient)) { server in
            let connection = try await server.client.connect()
            try await connection.write(Array(beginning.utf8))
            let drip = Task {
                while !Task.isCancelled {
                    try await connection.write([0x20])
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let closed = try await end(of: connection)
            drip.cancel()
            #expect(closed.after > .milliseconds(300) && closed.after < .seconds(10), "\(closed.after)")
        }
    }

    @Test func aReaderOfEventsIsNotCutOffByAnyOfThem() async throws {
        let limits = ConnectionLimits(idle: .milliseconds(300), request: .milliseconds(300), stall: .milliseconds(300))
        try await OpenServer.with(limits: limits) { server in
            let connection = try await server.client.connect()
            try await connection.write(Array("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            try await Task.sleep(for: .seconds(1))
            await server.parts.hub.publish("late", ["still": "here"])
            #expect(try await connection.read(until: "event: late").contains("event: late"))
        }
    }

    @Test func aReplyThatNobodyTakesIsCutOff() async throws {
        try await OpenServer.with(limits: ConnectionLimits(idle: patient, request: patient, stall: .milliseconds(500))) { server in
            // More than the buffers of two sockets hold.
            let one = try await server.client.send("GET", "/app.js")
            #expect(one.status == 200)
            let count = (64 << 20) / one.body.count
            let connection = try await server.client.connect()
            let request = Array("GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
            let asking = Task { for _ in 0..<count { try await connection.write(request) } }
            try await Task.sleep(for: .seconds(2))
            let closed = try await end(of: connection)
            asking.cancel()
            #expect(closed.bytes.count < count * one.body.count && closed.after < .seconds(10), "\(closed.bytes.count) in \(closed.after)")
        }
    }
}
