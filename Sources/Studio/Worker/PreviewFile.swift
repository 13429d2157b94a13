import FoundationEssentials
import Gallery
import SystemPackage

/// Keeps what previews of a model are made with, so that the first picture after a start has one.
struct PreviewFile {
    let path: FilePath

    /// - Parameter model: Digest of the model; another one has another file.
    init(in folder: FilePath, model: String) {
        path = folder.appending("preview-\(model.replacing("sha256:", with: "").prefix(16)).json")
    }

    /// What was kept, `nil` if nothing was.
    /// - Throws: `CocoaError`, `DecodingError`.
    func read() throws -> LatentProjection? {
        guard FileManager.default.fileExists(atPath: path.string) else { return nil }
        return try JSONDecoder().decode(LatentProjection.self, from: Data(contentsOf: URL(filePath: path.string)))
    }

    /// - Throws: `GalleryError`.
    func write(_ projection: LatentProjection) throws {
        try AtomicFile(path).write(Array(try JSONEncoder().encode(projection)))
    }
}

extension LatentProjection: Codable {
    private enum CodingKeys: CodingKey { case moments, products }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let moments = try container.decode([[Double]].self, forKey: .moments)
        let products = try container.decode([[Double]].self, forKey: .products)
        guard products.count == moments.count, moments.allSatisfy({ $0.count == moments.count }), products.allSatisfy({ $0.count == 3 })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .moments, in: container, debugDescription: "no square of numbers, and three for each")
        }
        self.init(moments, products)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(moments, forKey: .moments)
        try container.encode(products, forKey: .products)
    }
}
