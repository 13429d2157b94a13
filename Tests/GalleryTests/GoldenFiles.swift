import FoundationEssentials
import SystemPackage

/// The files that `Tools/golden/pictures.py` makes with Pillow, piexif and scikit-image.
enum GoldenFiles {
    static let folder = FilePath(#filePath).removingLastComponent().appending("Golden")

    static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: folder.appending(name).string)))
    }

    static func json<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes(name)))
    }
}
