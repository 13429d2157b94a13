import FoundationEssentials
import SystemPackage

/// Texts with the ids that the published tokenizers give them (`Tools/golden/tokenizers.py`).
struct GoldenTokens: Decodable {
    struct Case: Decodable {
        let text: String
        /// Without padding.
        let ids: [Int32]
        let cut: String?
    }

    let length: Int
    let padding: Int32
    let cases: [Case]

    init(_ name: String) throws {
        let data = try Data(contentsOf: URL(filePath: Self.folder.appending("\(name).json").string))
        self = try JSONDecoder().decode(GoldenTokens.self, from: data)
    }

    static let folder = FilePath(#filePath).removingLastComponent().appending("Golden")
    /// Tokenizers as small as the embedded model's, with every kind of file; fixed, whatever that model becomes.
    static let demo = folder.removingLastComponent().appending("Demo")

    /// The files of a tokenizer folder.
    static func files(_ folder: FilePath, without dropped: Set<String> = []) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.string) where !dropped.contains(name) {
            files[name] = [UInt8](try Data(contentsOf: URL(filePath: folder.appending(name).string)))
        }
        return files
    }
}

extension String {
    /// JSON text without the white space between its tokens, however its writer laid it out.
    var compactJSON: String {
        var isInString = false
        var isEscaped = false
        let bytes = utf8.filter { byte in
            defer { isEscaped = byte == UInt8(ascii: "\\") && !isEscaped }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            return isInString || byte > 0x20
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
