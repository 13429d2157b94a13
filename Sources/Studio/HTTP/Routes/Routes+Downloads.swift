import Gallery
import HTTPTypes
import History
import Hummingbird
import NIOCore
import StrictJSON

extension Routes {
    func addDownloads(to group: Group) {
        group.get("images/{id}/file") { request, context in
            let image = try await store.image(try context.id())
            let isStripped = request.uri.queryParameters.get("strip") == "1"
            let etag = "\"\(image.sha256)\(isStripped ? "-stripped" : "")\""
            if request.has(etag) { return Response(status: .notModified, headers: [.eTag: etag]) }
            let original = try folder.bytes(of: image)
            let bytes = isStripped ? try PNGFile.stripped(original) : original
            return Self.file(
                bytes, type: "image/png", name: "inline; filename=\"sluice-\(image.id).png\"", etag: etag, caching: "private, no-cache")
        }
        group.get("images/{id}/thumb") { request, context in
            let image = try await store.image(try context.id())
            let etag = "\"\(image.sha256)-256\""
            if request.has(etag) { return Response(status: .notModified, headers: [.eTag: etag]) }
            let isVersioned = request.uri.queryParameters.get("d") == String(image.sha256.prefix(8))
            return Self.file(
                try await thumbnail(of: image), type: "image/jpeg", name: "inline; filename=\"sluice-\(image.id).jpg\"", etag: etag,
                caching: isVersioned ? "private, max-age=31536000, immutable" : "private, no-cache")
        }
        group.post("images/zip") { request, _ in try await zip(request) }
    }

    private func thumbnail(of image: ImageRecord) async throws -> [UInt8] {
        try await folder.thumbnail(of: image) { try Thumbnail.jpeg(try picture(of: image)) }
    }

    func picture(of image: ImageRecord) throws -> Picture { try PNGFile.decode(try folder.bytes(of: image)) }

    private static func file(_ bytes: [UInt8], type: String, name: String, etag: String, caching: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .contentDisposition: name, .eTag: etag, .cacheControl: caching],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func zip(_ request: Request) async throws -> Response {
        guard let values = try await request.object(keys: "ids")["ids"]?.array, !values.isEmpty else {
            throw WireError.invalidRequest("ids: expected one or more identifiers of images", field: "ids")
        }
        var images: [ImageRecord] = []
        for value in values {
            guard let id = value.integer else { throw WireError.invalidRequest("ids: expected integers", field: "ids") }
            if !images.contains(where: { $0.id == id }) { images.append(try await store.image(Int64(id))) }
        }
        if let missing = images.first(where: \.missing) { throw WireError.notFound("the file of image \(missing.id) is missing") }
        // A header and a directory entry per file take less than this.
        let byteCount = images.reduce(0) { $0 + $1.byteCount + 256 }
        if byteCount > ZipArchive.byteLimit || images.count > Int(UInt16.max) {
            throw WireError.invalidRequest("ids: more than a zip file holds: take fewer images", field: "ids")
        }
        return Response(
            status: .ok, headers: [.contentType: "application/zip", .contentDisposition: "attachment; filename=\"sluice.zip\""],
            body: ResponseBody { [images] writer in
                var archive = ZipArchive()
                for image in images {
                    let name = "sluice-\(image.id)-\(image.sha256.prefix(8)).png"
                    try await writer.write(
                        ByteBuffer(bytes: archive.file(name, try folder.bytes(of: image), modified: image.createdAt)))
                }
                try await writer.write(ByteBuffer(bytes: archive.end()))
                try await writer.finish(nil)
            })
    }
}
