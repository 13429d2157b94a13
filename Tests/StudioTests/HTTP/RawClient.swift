import Foundation
import Glibc

/// Sends bytes as they are and reads what comes back, so that tests can say what no well-behaved client would.
struct RawClient: Sendable {
    let port: Int

    struct Reply: Sendable {
        let status: Int
        /// By name in lower case.
        let headers: [String: String]
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// One request on a connection of its own.
    /// - Parameter headers: Take the place of those of the same name; an empty value leaves one out.
    func send(
        _ method: String = "GET", _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> Reply {
        var fields = ["Host": "localhost:\(port)", "Connection": "close"]
        if let body { (fields["Content-Length"], fields["Content-Type"]) = ("\(body.count)", "application/json") }
        for (name, value) in headers { fields[name] = value.isEmpty ? nil : value }
        let head = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
        return try await exchange(Array("\(method) \(path) HTTP/1.1\r\n\(head)\r\n".utf8) + (body ?? []))
    }

    func post(_ path: String, _ json: String, _ headers: [String: String] = [:]) async throws -> Reply {
        try await send("POST", path, headers, body: Array(json.utf8))
    }

    func exchange(_ bytes: [UInt8]) async throws -> Reply {
        let connection = try await connect()
        try await connection.write(bytes)
        return try Self.parse(try await connection.readToEnd())
    }

    func connect() async throws -> Connection {
        try await Connection.blocking { [port] in try Connection(port: port) }
    }

    static func parse(_ bytes: [UInt8]) throws -> Reply {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else { throw Failure(call: "parse", code: 0) }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let body = Array(bytes[(end + separator.count)...])
        return Reply(
            status: status ?? 0, headers: headers, body: headers["transfer-encoding"] == "chunked" ? unchunked(body) : body)
    }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var (result, rest) = ([UInt8](), bytes[...])
        while let end = rest.firstIndex(of: 0x0D), let count = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), count > 0 {
            result += rest[(end + 2)...].prefix(count)
            rest = rest[(end + 2)...].dropFirst(count + 2)
        }
        return result
    }
}

/// A connection whose calls wait on threads of their own, not on those that the server's tasks need.
final class Connection: Sendable {
    private let socket: Int32

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if result != 0 { throw RawClient.Failure(call: "connect", code: errno) }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    static func blocking<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        try await Self.blocking { [self] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count < 0 { throw RawClient.Failure(call: "send", code: errno) }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// What comes next; empty at the end.
    func read() async throws -> [UInt8] {
        try await Self.blocking { [self] in
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno != ECONNRESET { throw RawClient.Failure(call: "recv", code: errno) }
            return Array(buffer.prefix(max(count, 0)))
        }
    }

    func readToEnd() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try await read()
            if more.isEmpty { return bytes }
            bytes += more
        }
    }

    /// Reads until what came holds `text`, and returns all of it.
    func read(until text: String) async throws -> String {
        var bytes: [UInt8] = []
        while true {
            let more = try await read()
            if more.isEmpty { throw RawClient.Failure(call: "end before \(text)", code: 0) }
            bytes += more
            // What it ends with, if the text is not there, was looked through before.
            if String(decoding: bytes.suffix(more.count + text.utf8.count), as: UTF8.self).contains(text) {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}
