import FoundationEssentials
import SystemPackage

/// A folder of files that is deleted with the value.
struct TemporaryFolder: ~Copyable {
    let path: FilePath

    /// - Parameter files: names and contents.
    init(_ files: [String: [UInt8]]) throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending("sluice-tokenizers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        for (name, bytes) in files { try write(bytes, to: name) }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: path.appending(name).string))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path.string)
    }
}
