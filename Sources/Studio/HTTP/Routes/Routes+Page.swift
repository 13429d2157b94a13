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
        let headers: HTTPFields = [
            .contentType: file.type, .eTag: file.etag,
            .cacheControl: isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if request.has(file.etag) { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
