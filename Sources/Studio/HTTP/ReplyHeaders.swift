import HTTPTypes
import Hummingbird

/// Turns errors into replies, and puts on every reply what keeps a browser from being used against its owner.
struct ReplyHeaders: RouterMiddleware {
    typealias Context = StudioContext

    static let contentSecurityPolicy =
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    let metrics: StudioMetrics

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do { response = try await next(request, context) } catch { response = Response(WireError(reporting: error, context.logger)) }
        response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        if response.headers[.crossOriginResourcePolicy] == nil { response.headers[.crossOriginResourcePolicy] = "same-origin" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        metrics.count(route: context.endpointPath, code: response.status.code)
        return response
    }
}

extension Response {
    init(_ error: WireError) {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let seconds = error.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        if error.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        self.init(status: error.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: error.json)))
    }
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy")!
}
