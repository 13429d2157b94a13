import FoundationEssentials

/// Cuts a stream of bytes into lines.
struct ProtocolLines: Sendable {
    /// The longest line of the protocol, bytes.
    static let byteLimit = 1 << 20

    private var rest: [UInt8] = []

    /// The lines that `bytes` complete, without their ends.
    /// - Throws: `ProtocolViolation.tooLong`.
    mutating func append(_ bytes: some Collection<UInt8>) throws(ProtocolViolation) -> [[UInt8]] {
        rest.append(contentsOf: bytes)
        var lines: [[UInt8]] = []
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if end - start > Self.byteLimit { throw .tooLong }
            lines.append(Array(rest[start..<end]))
            start = end + 1
        }
        rest.removeFirst(start)
        if rest.count > Self.byteLimit { throw .tooLong }
        return lines
    }

    /// One message as a line.
    static func encode(_ message: some Encodable) throws -> [UInt8] {
        try WireFormat.encode(message) + [UInt8(ascii: "\n")]
    }

    /// - Throws: `ProtocolViolation.malformed` with the start of the line.
    static func decode<Message: Decodable>(_ line: [UInt8], as type: Message.Type = Message.self) throws(ProtocolViolation) -> Message {
        do { return try JSONDecoder().decode(type, from: Data(line)) } catch {
            throw .malformed(String(decoding: line.prefix(80), as: UTF8.self))
        }
    }
}

/// Something in the place of a message.
public enum ProtocolViolation: Error, Equatable, Sendable {
    /// The start of a line that is no message.
    case malformed(String)
    case tooLong
    /// The first message was another one.
    case noHello
    case wrongVersion(found: Int, expected: Int)
}

extension ProtocolViolation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let start): "the engine said what is no message: \(start.debugDescription)"
        case .tooLong: "the engine said a line of more than \(ProtocolLines.byteLimit) bytes"
        case .noHello: "the engine did not say hello"
        case .wrongVersion(let found, let expected):
            "the engine speaks version \(found) of the protocol, this server version \(expected): install both from one release"
        }
    }
}
