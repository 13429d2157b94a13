import FoundationEssentials
import SystemPackage

/// A folder of its own for one test, removed with everything in it.
final class TemporaryFolder {
    let path: FilePath

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "sluice-weights-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
        let file = path.appending(name)
        try Data(bytes).write(to: URL(filePath: file.string))
        return file
    }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> FilePath {
        try write(Array(text.utf8), name)
    }

    func link(_ name: String, to destination: FilePath) throws {
        try FileManager.default.createSymbolicLink(atPath: path.appending(name).string, withDestinationPath: destination.string)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path.appending(name).string, withIntermediateDirectories: false)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path.appending(name).string)
    }
}
