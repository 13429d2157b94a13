import FoundationEssentials
import Gallery
import History
public import SystemPackage

/// The page's files, read once: a request's path is looked up among their names and never reaches the file system.
public struct StaticPage: Sendable {
    struct File: Sendable {
        let bytes: [UInt8]
        /// As a gzip file, where that is shorter.
        let compressed: [UInt8]?
        let type: String
        /// Of its content, compressed or not.
        let etag: String
    }

    /// By path from the page's root.
    private let files: [String: File]
    /// Tells one version of the whole page from the others: files below it never change.
    private let digest: String
    static let assets = "/assets/"

    /// The page that comes with the program, beside the executable or in an installation's share folder.
    /// - Throws: `StaticPageError`.
    public static func installed() throws(StaticPageError) -> StaticPage {
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map { FilePath($0) }
        let beside = executable?.removingLastComponent() ?? "."
        let places = [beside, beside.removingLastComponent().appending("share/sluice")]
            .map { $0.appending("sluice_Studio.resources").appending("page") }
        guard let folder = places.first(where: { FileManager.default.fileExists(atPath: $0.appending(index).string) }) else {
            throw .notInstalled(searched: places)
        }
        return try StaticPage(folder)
    }

    private static let index = "index.html"

    /// - Throws: `StaticPageError.unreadable`.
    public init(_ folder: FilePath) throws(StaticPageError) {
        var contents: [String: [UInt8]] = [:]
        do {
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder.string) {
                let path = folder.appending(name)
                guard let type = FileManager.default.contents(atPath: path.string) else { continue }
                contents[name] = Array(type)
            }
        } catch { throw .unreadable(folder: folder, reason: "\(error)") }
        guard let page = contents[Self.index] else { throw .unreadable(folder: folder, reason: "no \(Self.index)") }
        digest = String(SHA256.hexadecimal(of: contents.sorted { $0.key < $1.key }.flatMap { Array($0.key.utf8) + $0.value }).prefix(16))
        let references = String(decoding: page, as: UTF8.self).replacing("=\"./", with: "=\"\(Self.assets)\(digest)/")
        contents[Self.index] = Array(references.utf8)
        files = Dictionary(uniqueKeysWithValues: contents.map { name, bytes in (name, File(bytes, type: Self.type(of: name))) })
    }

    /// What to answer to a path: the file, and whether it stays the same for ever.
    func file(at path: String) -> (file: File, isImmutable: Bool)? {
        if path == "/" { return files[Self.index].map { ($0, false) } }
        let versioned = "\(Self.assets)\(digest)/"
        if path.hasPrefix(versioned) { return files[String(path.dropFirst(versioned.count))].map { ($0, true) } }
        return files[String(path.dropFirst())].map { ($0, false) }
    }

    private static func type(of name: String) -> String {
        switch FilePath(name).extension ?? "" {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg": "image/jpeg"
        case "webp": "image/webp"
        case "ico": "image/vnd.microsoft.icon"
        case "woff2": "font/woff2"
        case "json": "application/json"
        case "webmanifest": "application/manifest+json"
        default: "text/plain; charset=utf-8"
        }
    }
}

extension StaticPage.File {
    init(_ bytes: [UInt8], type: String) {
        let compressed = Gzip.compressed(bytes).flatMap { $0.count < bytes.count ? $0 : nil }
        self.init(bytes: bytes, compressed: compressed, type: type, etag: "W/\"\(SHA256.hexadecimal(of: bytes).prefix(32))\"")
    }
}

/// A page that cannot be served.
public enum StaticPageError: Error, Equatable, Sendable {
    case notInstalled(searched: [FilePath])
    case unreadable(folder: FilePath, reason: String)
}

extension StaticPageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notInstalled(let places): "the page is not beside the program (looked in \(places.map(\.string).joined(separator: ", ")))"
        case .unreadable(let folder, let reason): "\(folder): \(reason)"
        }
    }
}
