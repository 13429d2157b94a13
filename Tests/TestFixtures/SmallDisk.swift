import Glibc
public import SystemPackage

/// A file system of a few pages in memory, for one test.
public final class SmallDisk {
    private let folder: TemporaryFolder
    public var path: FilePath { folder.path }
    public var names: [String] { get throws { try folder.names } }

    public init(byteCount: Int) throws {
        folder = try TemporaryFolder()
        guard mount("tmpfs", folder.path.string, "tmpfs", 0, "size=\(byteCount)") == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { umount2(folder.path.string, Int32(MNT_DETACH)) }

    /// Writes files until not one byte more fits; returns their names.
    public func fill() -> [String] {
        var names: [String] = []
        for size in [1 << 16, 1 << 12, 1] {
            while (try? folder.write([UInt8](repeating: 1, count: size), "filler-\(names.count)")) != nil {
                names.append("filler-\(names.count)")
            }
            try? folder.remove("filler-\(names.count)")
        }
        return names
    }

    public func remove(_ names: [String]) throws {
        for name in names { try folder.remove(name) }
    }

    public static let isAvailable = (try? SmallDisk(byteCount: 4096)) != nil
}
