import HTTPTypes
import Hummingbird

/// Sees every request first: static files, event streams and unknown routes too.
struct Gatekeeper: RouterMiddleware {
    typealias Context = StudioContext

    let policy: AccessPolicy
    let failures: FailureLimit
    let concurrency: ConcurrencyLimit
    private var origins: CrossOriginRule { CrossOriginRule(allowedOrigins: policy.corsOrigins) }

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        try checkHost(request, context)
        if request.method == .options, let origin = origins.allowedOrigin(request.head) { return preflight(origin) }
        if !request.method.isSafe { try checkChange(request) }
        try authenticate(request, context)
        let client = context.clientAddress ?? ""
        guard concurrency.enter(client) else { throw WireError.tooMany("too many requests at once", retryAfterSeconds: 1) }
        defer { concurrency.leave(client) }
        var response = try await next(request, context)
        if let origin = origins.allowedOrigin(request.head) { allow(origin, &response) }
        return response
    }

    private func checkHost(_ request: Request, _ context: Context) throws(WireError) {
        // The first Host is the authority; only others are left among the fields.
        guard request.headers[values: .host].isEmpty else {
            throw WireError(status: .badRequest, code: "invalid_request", message: "expected one Host")
        }
        guard policy.hosts.allows(authority: request.head.authority, localAddress: context.localAddress) else {
            throw WireError(
                status: .misdirectedRequest, code: "misdirected",
                message: "this studio does not answer to that name: start it with --allow-host for it")
        }
    }

    private func checkChange(_ request: Request) throws(WireError) {
        guard origins.allowsChange(request.head) else { throw .forbidden("a page from elsewhere may not change things here") }
        let hasBody = request.headers[.transferEncoding] != nil || (request.headers[.contentLength].map { $0 != "0" } ?? false)
        guard hasBody else { return }
        let type = request.mediaType
        let isUpload = request.uri.path == Routes.metadata
        guard isUpload ? UploadedImage.types.contains(type) : type == "application/json" else {
            throw WireError(
                status: .unsupportedMediaType, code: "unsupported_media_type",
                message: "expected \(isUpload ? UploadedImage.types.sorted().joined(separator: ", ") : "application/json")")
        }
    }

    private func authenticate(_ request: Request, _ context: Context) throws(WireError) {
        guard let token = policy.token, Routes.isProtected(request.uri.path) else { return }
        let address = context.clientAddress ?? ""
        if let seconds = failures.wait(address) { throw .tooMany("too many wrong tokens", retryAfterSeconds: seconds) }
        if token.admits(request.headers) { return }
        if request.headers[.authorization]?.isEmpty == false { failures.record(address) }
        throw .unauthorized
    }

    private func preflight(_ origin: String) -> Response {
        var response = Response(status: .noContent)
        allow(origin, &response)
        response.headers[.accessControlAllowMethods] = "GET, POST, PATCH, DELETE"
        response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
        response.headers[.accessControlMaxAge] = "600"
        return response
    }

    private func allow(_ origin: String, _ response: inout Response) {
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "ETag, Location, Retry-After"
        response.headers.append(HTTPField(name: .vary, value: "Origin"))
        response.headers[.crossOriginResourcePolicy] = "cross-origin"
    }
}

extension HTTPRequest.Method {
    /// Whether requests of this method change nothing.
    fileprivate var isSafe: Bool { self == .get || self == .head || self == .options }
}

extension Request {
    /// The body's type without parameters, in lower case.
    var mediaType: String {
        guard let type = headers[.contentType]?.split(separator: ";").first else { return "" }
        return type.lowercased().filter { $0 != " " }
    }
}

extension HTTPField.Name {
    static let host = Self("Host")!
    static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")!
}
