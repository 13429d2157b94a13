import HTTPTypes
import Hummingbird
import NIOCore

extension Routes {
    func addPage(to router: Router<Context>) {
        router.get("/") { request, _ in try file(request) }
        router.get("/**") { request, _ in try file(request) }
    }

    private func file(_ request: Request) throws -> Response {
        guard let (file, isImmutable) = page.file(at: request.uri.path) else { throw WireError.notFound() }
        var headers: HTTPFields = [
            .contentType: file.type, .eTag: file.etag, .vary: "Accept-Encoding",
            .cacheControl: isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if request.has(file.etag) { return Response(status: .notModified, headers: headers) }
        guard let compressed = file.compressed, request.acceptsGzip else {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
        }
        headers[.contentEncoding] = "gzip"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: compressed)))
    }
}

extension Request {
    fileprivate var acceptsGzip: Bool {
        headers[.acceptEncoding]?.split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " } }
            return parts.first?.lowercased() == "gzip" && !parts.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
        } == true
    }
}
