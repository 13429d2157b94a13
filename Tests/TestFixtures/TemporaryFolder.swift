import FoundationEssentials
public import SystemPackage

/// A folder of its own for one test, removed with everything in it.
public final class TemporaryFolder {
    public let path: FilePath

    /// - Parameter inMemory: on a file system in memory, where there is one: for tests that flush thousands of files.
    public init(inMemory: Bool = false) throws {
        let memory = URL(filePath: "/dev/shm")
        let isThere = FileManager.default.isWritableFile(atPath: memory.path)
        let parent = inMemory && isThere ? memory : FileManager.default.temporaryDirectory
        let url = parent.appending(path: "sluice-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    @discardableResult
    public func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
        let file = path.appending(name)
        try Data(bytes).write(to: URL(filePath: file.string))
        return file
    }

    @discardableResult
    public func write(_ text: String, _ name: String) throws -> FilePath {
        try write(Array(text.utf8), name)
    }

    public func link(_ name: String, to destination: FilePath) throws {
        try FileManager.default.createSymbolicLink(atPath: path.appending(name).string, withDestinationPath: destination.string)
    }

    public func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path.appending(name).string, withIntermediateDirectories: false)
    }

    public func contents(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: path.appending(name).string)))
    }

    /// Names in the folder, in alphabetical order.
    public var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path.string).sorted() }
    }

    public func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path.appending(name).string)
    }
}
