import Gallery
import Hummingbird

/// An image that somebody sends to have its settings read.
enum UploadedImage {
    static let types: Set<String> = ["image/png", "image/jpeg", "image/webp"]
    static let byteLimit = 32 << 20
}

extension Routes {
    func addMetadata(to group: Group) {
        group.post("metadata") { request, _ in
            let bytes = try await request.bytes(limit: UploadedImage.byteLimit)
            let settings: PictureSettings?
            do throws(PictureFileFault) {
                settings = try PictureSettings(readingFrom: bytes)
            } catch {
                throw WireError.invalidRequest("\(error)")
            }
            guard let settings else { throw WireError.invalidRequest("this image says nothing about how it was made") }
            return try Self.reply(settings)
        }
    }
}
