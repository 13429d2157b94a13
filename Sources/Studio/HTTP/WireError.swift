import HTTPTypes
import History

/// What a client is told when its request is not done: `{"error": {"code", "message", "field"?, "facts"?}}`. Never a path or a stack.
struct WireError: Error {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    var field: String?
    var facts: [String: JobError.Fact]?
    var retryAfterSeconds: Int?
}

extension WireError: Encodable {
    private enum CodingKeys: CodingKey { case error }
    private enum ErrorKeys: CodingKey { case code, message, field, facts }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var error = container.nestedContainer(keyedBy: ErrorKeys.self, forKey: .error)
        try error.encode(code, forKey: .code)
        try error.encode(message, forKey: .message)
        try error.encodeIfPresent(field, forKey: .field)
        try error.encodeIfPresent(facts, forKey: .facts)
    }
}

extension WireError {
    static func invalidRequest(_ message: String, field: String? = nil) -> WireError {
        WireError(status: .unprocessableContent, code: "invalid_request", message: message, field: field)
    }

    static func notFound(_ message: String = "there is nothing here") -> WireError {
        WireError(status: .notFound, code: "not_found", message: message)
    }

    static func forbidden(_ message: String) -> WireError {
        WireError(status: .forbidden, code: "forbidden", message: message)
    }

    static func tooLarge(limit: Int) -> WireError {
        WireError(
            status: .contentTooLarge, code: "too_large", message: "the body may have \(limit) bytes", facts: ["limitBytes": .integer(limit)]
        )
    }

    static func tooMany(_ message: String, retryAfterSeconds: Int) -> WireError {
        WireError(status: .tooManyRequests, code: "too_many_requests", message: message, retryAfterSeconds: retryAfterSeconds)
    }

    static let unauthorized = WireError(status: .unauthorized, code: "unauthorized", message: "the studio wants its token")
    static let broken = WireError(status: .internalServerError, code: "internal", message: "the studio's own fault; its log says more")
}

extension WireError {
    var json: [UInt8] {
        do { return try WireFormat.encode(self) } catch { return Array(#"{"error":{"code":"internal","message":"no JSON form"}}"#.utf8) }
    }
}
