import FoundationEssentials
import Glibc
import SystemPackage
import TestFixtures

/// A file system of a few pages in memory, for one test.
final class SmallDisk {
    private let folder: TemporaryFolder
    var path: FilePath { folder.path }
    var names: [String] { get throws { try folder.names } }

    init(byteCount: Int) throws {
        folder = try TemporaryFolder()
        guard mount("tmpfs", folder.path.string, "tmpfs", 0, "size=\(byteCount)") == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { umount2(folder.path.string, Int32(MNT_DETACH)) }

    static let isAvailable = (try? SmallDisk(byteCount: 4096)) != nil
}
