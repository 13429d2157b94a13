import FoundationEssentials
import HTTPTypes
import History

/// The secret that lets a person or a tool in.
public struct AccessToken: Sendable {
    /// Guessing a shorter one would be a matter of time.
    public static let smallestLength = 16
    private static let cookieName = "sluice"
    private let digest: String
    /// What the browser keeps in place of the token, which cannot be told from it. It outlives a restart.
    private let cookie: String

    /// - Throws: `StartRefusal.weakToken` for fewer than 16 characters, or other than visible ASCII, which headers cannot carry.
    public init(_ text: String) throws(StartRefusal) {
        guard text.utf8.count >= Self.smallestLength, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .weakToken }
        digest = SHA256.hexadecimal(of: Array(text.utf8))
        cookie = SHA256.hexadecimal(of: Array("cookie of the studio, version 1: \(text)".utf8))
    }

    /// 128 bits of the system's randomness, in hexadecimal digits.
    public static func generated() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    func matches(_ text: String) -> Bool { Self.isEqual(SHA256.hexadecimal(of: Array(text.utf8)), digest) }

    /// The reply's header that hands the cookie out: for this server only, and out of reach of scripts.
    var setCookie: String { "\(Self.cookieName)=\(cookie); Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000" }

    /// Whether a request carries the token as Bearer or as password of Basic, or else its cookie.
    func admits(_ fields: HTTPFields) -> Bool {
        if let authorization = fields[.authorization], let text = Self.credential(authorization) { return matches(text) }
        return fields[values: .cookie].contains { header in
            header.split(separator: ";").contains { pair in
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.drop { $0 == " " } }
                return parts.count == 2 && parts[0] == Self.cookieName && Self.isEqual(String(parts[1]), cookie)
            }
        }
    }

    /// Takes the same time wherever two texts of one length differ.
    private static func isEqual(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        return a.count == b.count && zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The token in an Authorization header; `nil` where there is none, as in the empty headers that some clients send.
    private static func credential(_ authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return String(parts[1])
        case "basic":
            guard let data = Data(base64Encoded: String(parts[1])) else { return nil }
            let text = String(decoding: data, as: UTF8.self)
            return text.firstIndex(of: ":").map { String(text[text.index(after: $0)...]) }
        default: return nil
        }
    }
}
