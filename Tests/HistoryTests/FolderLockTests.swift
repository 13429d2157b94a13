import FoundationEssentials
import Glibc
import History
import SystemPackage
import TestFixtures
import Testing

struct FolderLockTests {
    @Test func `a second server is refused with the first one's process, until that one ends`() throws {
        let parent = try TemporaryFolder()
        let path = parent.path.appending("data")
        do {
            let first = try DataFolder(at: path)
            #expect(throws: HistoryError.locked(path: path.appending("lock"), process: getpid())) { try DataFolder(at: path) }
            #expect(first.path == path)
        }
        _ = try DataFolder(at: path)
    }

    @Test func `what a dead server left in its lock file blocks nobody`() throws {
        let parent = try TemporaryFolder()
        try parent.makeFolder("data")
        try parent.write("1\n", "data/lock")
        _ = try DataFolder(at: parent.path.appending("data"))
        #expect(try parent.contents("data/lock") == Array("\(getpid())\n".utf8))
    }

    @Test func `a link in the lock's place is refused`() throws {
        let parent = try TemporaryFolder()
        try parent.makeFolder("data")
        try parent.link("data/lock", to: parent.path.appending("victim"))
        #expect(throws: HistoryError.file(name: "lock", call: "open", code: ELOOP)) { try DataFolder(at: parent.path.appending("data")) }
        #expect(try parent.names == ["data"])
    }

    @Test func `a folder that cannot be made is said with its reason`() throws {
        let parent = try TemporaryFolder()
        try parent.write("", "file")
        let path = parent.path.appending("file/data")
        #expect(throws: HistoryError.file(name: path.string, call: "mkdir", code: ENOTDIR)) { try DataFolder(at: path) }
    }
}
