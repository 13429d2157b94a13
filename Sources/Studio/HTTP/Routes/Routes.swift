import HTTPTypes
import History
import Hummingbird
import NIOCore

/// What requests lead to. A route reads the request, asks the studio or the history, and writes what they say.
struct Routes: Sendable {
    typealias Context = StudioContext
    typealias Group = RouterGroup<StudioContext>

    let studio: Studio
    let store: any JobStore & HistoryStore
    let folder: DataFolder
    let hub: EventHub
    let policy: AccessPolicy
    let failures: FailureLimit
    let metrics: StudioMetrics
    let page: StaticPage
    let replies = ReplyCache()

    static let prefix = "/api/v1"
    static let metadata = "\(prefix)/metadata"
    private static let login = "\(prefix)/login"

    /// Whether a path asks for the token. The page itself must be there to ask for it.
    static func isProtected(_ path: String) -> Bool {
        (path.hasPrefix("/api/") && path != login) || path == "/metrics"
    }

    func add(to router: Router<Context>) {
        let api = router.group(RouterPath(Self.prefix))
        addSystem(to: api)
        addEvents(to: api)
        addJobs(to: api)
        addQueue(to: api)
        addImages(to: api)
        addDownloads(to: api)
        addCompare(to: api)
        addMetadata(to: api)
        addLogin(to: api)
        addHealth(to: router)
        addPage(to: router)
    }
}

extension Routes {
    /// A JSON reply that a client may keep and ask for again.
    static func reply(
        _ value: some Encodable, to request: Request? = nil, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        reply(json: try WireFormat.encode(value), to: request, status: status, headers: headers)
    }

    static func reply(
        json body: [UInt8], to request: Request? = nil, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        let etag = "\"\(SHA256.hexadecimal(of: body).prefix(32))\""
        headers[.eTag] = etag
        if let request, request.has(etag) { return Response(status: .notModified, headers: [.eTag: etag]) }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension Request {
    /// Whether the client holds this version already.
    func has(_ etag: String) -> Bool {
        headers[.ifNoneMatch]?.split(separator: ",").contains { $0.drop { $0 == " " } == etag } == true
    }
}

extension RequestContext {
    /// The number in the path.
    /// - Throws: `WireError` of `not_found` for anything else.
    func id() throws -> Int64 {
        guard let id = parameters.get("id", as: Int64.self), id > 0 else { throw WireError.notFound() }
        return id
    }
}
