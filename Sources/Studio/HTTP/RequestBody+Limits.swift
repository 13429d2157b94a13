import Hummingbird
import NIOCore
import StrictJSON

extension Request {
    /// The body, whole.
    /// - Throws: `WireError.tooLarge` for more than `limit` bytes, before they are read where the request says so.
    func bytes(limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw WireError.tooLarge(limit: limit) }
        do {
            return Array(buffer: try await body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw WireError.tooLarge(limit: limit)
        }
    }

    func jsonBytes() async throws -> [UInt8] { try await bytes(limit: 64 << 10) }

    /// The body as an object that has no keys but these.
    /// - Throws: `WireError` of `invalid_request`.
    func object(keys: String...) async throws -> JSONValue {
        let value: JSONValue
        let bytes = try await jsonBytes()
        do throws(JSONFault) { value = try JSONValue(parsing: bytes) } catch { throw WireError.invalidRequest("\(error)") }
        guard let members = value.members else { throw WireError.invalidRequest("expected a JSON object") }
        if let unknown = members.first(where: { !keys.contains($0.key) }) {
            throw WireError.invalidRequest("unknown key \(unknown.key.debugDescription)", field: unknown.key)
        }
        return value
    }
}
