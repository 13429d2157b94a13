import FoundationEssentials
import Gallery
import Glibc
import History
import SystemPackage
import Testing

struct DataFolderTests {
    @Test func `an adopted picture is in its place and gone from staging, byte for byte`() async throws {
        let open = try OpenFolder()
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt)
        guard case .stored(let image, let after) = try await open.adopt(staged, attempt) else { throw OpenFolder.NotStored() }
        #expect(after.status == .done && after.images == [JobRecord.Image(id: image.id, ordinal: 0)])
        #expect(image.blob == "2027/01/1-\(staged.sha256.prefix(8)).png")
        #expect(try open.files("images") == [image.blob] && open.files("staging").isEmpty)
        let bytes = try open.folder.bytes(of: image)
        #expect(bytes.count == image.byteCount && SHA256.hexadecimal(of: bytes) == image.sha256)
        #expect(PictureRecord(texts: try PNGFile.texts(of: bytes)) == staged.record)
        let file = try open.folder.open(image)
        #expect(try file.closeAfter { try file.seek(offset: 0, from: .end) } == Int64(bytes.count))
        #expect(try await open.store.report(image.id) == staged.record.report)
    }

    @Test func `a staged file that is not what its worker said is refused and stays`() async throws {
        let open = try OpenFolder()
        let (job, attempt) = try await open.claim(count: 2)
        let staged = try open.stage(job, attempt)
        func adopt(_ name: String, _ sha256: String, _ count: Int) async throws {
            _ = try await open.folder.adopt(staged: name, attempt: attempt, sha256: sha256, byteCount: count, into: open.store)
        }
        await #expect(throws: HistoryError.wrongFile(name: staged.name, expected: "1 bytes", found: "\(staged.byteCount) bytes")) {
            try await adopt(staged.name, staged.sha256, 1)
        }
        let zeros = String(repeating: "0", count: 64)
        await #expect(throws: HistoryError.wrongFile(name: staged.name, expected: "sha256 \(zeros)", found: "sha256 \(staged.sha256)")) {
            try await adopt(staged.name, zeros, staged.byteCount)
        }
        let other = try open.stage(staged.record, "1-1-1.png")
        await #expect(throws: HistoryError.wrongFile(name: "1-1-1.png", expected: "1-1-0.png", found: "1-1-1.png")) {
            try await adopt(other.name, other.sha256, other.byteCount)
        }
        var stale = staged.record
        stale.origin.attempt = 7
        let old = try open.stage(stale, staged.name)
        await #expect(throws: HistoryError.self) { try await adopt(old.name, old.sha256, old.byteCount) }
        for (bytes, found) in [([UInt8]("text".utf8), "not a PNG file"), (try Array(pngWithoutTexts(in: open)), "none")] {
            try open.write(bytes, "staging/\(staged.name)")
            let error = await #expect(throws: HistoryError.self) {
                try await adopt(staged.name, SHA256.hexadecimal(of: bytes), bytes.count)
            }
            #expect(error?.description.hasSuffix("found \(found)") == true)
        }
        #expect(try open.files("staging") == ["1-1-0.png", "1-1-1.png"] && open.files("images").isEmpty)
        await #expect(throws: HistoryError.file(name: "staging/2-1-0.png", call: "open", code: ENOENT)) {
            try await adopt("2-1-0.png", "", 0)
        }
        for name in ["../lock", "../../etc/passwd", "", ".", "..", "a//b", "/etc/passwd", "a\0b"] {
            await #expect(throws: HistoryError.invalidName("staging/" + name)) { try await adopt(name, "", 0) }
        }
    }

    private func pngWithoutTexts(in open: OpenFolder) throws -> Data {
        let file = open.folder.path.removingLastComponent().appending("plain.png")
        try PNGFile.write(Picture(width: 1, height: 1, pixels: [1, 2, 3]), texts: [], to: file)
        return try Data(contentsOf: URL(filePath: file.string))
    }

    @Test func `a file of a stale attempt is removed and changes nothing`() async throws {
        let open = try OpenFolder()
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt)
        _ = try await open.store.lose(attempt)
        #expect(try await open.adopt(staged, attempt) == .refused)
        #expect(try open.files("staging").isEmpty && open.files("images").isEmpty)
    }

    @Test func `a link planted in any place of a name is not followed`() async throws {
        let open = try OpenFolder()
        let image = try await open.picture()
        try open.write([1, 2, 3], "../outside.png")
        let file = open.folder.path.appending("images").appending(image.blob)
        try FileManager.default.removeItem(atPath: file.string)
        #expect(throws: HistoryError.imageFileMissing(image.id)) { try open.folder.bytes(of: image) }
        try FileManager.default.createSymbolicLink(
            atPath: file.string, withDestinationPath: open.folder.path.removingLastComponent().appending("outside.png").string)
        #expect(throws: HistoryError.file(name: "images/" + image.blob, call: "open", code: ELOOP)) { try open.folder.bytes(of: image) }

        let year = open.folder.path.appending("images/2027")
        try FileManager.default.moveItem(atPath: year.string, toPath: open.folder.path.removingLastComponent().appending("2027").string)
        try FileManager.default.createSymbolicLink(
            atPath: year.string, withDestinationPath: open.folder.path.removingLastComponent().appending("2027").string)
        #expect(throws: HistoryError.file(name: "images/" + image.blob, call: "open", code: ENOTDIR)) { try open.folder.open(image) }
    }

    @Test(.timeLimit(.minutes(1))) func `a pipe or folder in a picture's place is refused at once`() async throws {
        let open = try OpenFolder()
        let image = try await open.picture()
        let file = open.folder.path.appending("images").appending(image.blob).string
        try FileManager.default.removeItem(atPath: file)
        #expect(mkfifo(file, 0o600) == 0)
        #expect(throws: HistoryError.file(name: "images/" + image.blob, call: "open", code: EINVAL)) { try open.folder.bytes(of: image) }
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        #expect(throws: HistoryError.file(name: "images/" + image.blob, call: "open", code: EINVAL)) { try open.folder.bytes(of: image) }
    }

    @Test func `a thumbnail is made once, kept by digest and made again when lost`() async throws {
        let open = try OpenFolder()
        let image = try await open.picture()
        #expect(try await open.folder.thumbnail(of: image) { [1, 2] } == [1, 2])
        #expect(try await open.folder.thumbnail(of: image) { [3] } == [1, 2])
        let name = "\(image.sha256.prefix(2))/\(image.sha256)-256.jpg"
        #expect(try open.files("thumbs") == [name])
        try FileManager.default.removeItem(atPath: open.folder.path.appending("thumbs/" + name).string)
        #expect(try await open.folder.thumbnail(of: image) { [3] } == [3])
        try open.folder.storeThumbnail([4], sha256: image.sha256)
        #expect(try await open.folder.thumbnail(of: image) { [5] } == [4])
        #expect(throws: HistoryError.invalidName("../x")) { try open.folder.storeThumbnail([], sha256: "../x") }
    }

    @Test func `purging takes the files, then the row`() async throws {
        let open = try OpenFolder()
        let (kept, old, fresh) = (try await open.picture(seed: 1), try await open.picture(seed: 2), try await open.picture(seed: 3))
        _ = try await open.folder.thumbnail(of: old) { [1] }
        let day: Timestamp = 24 * 3600 * 1000
        _ = try await open.store.trash(old.id)
        open.clock.advance(1)
        _ = try await open.store.trash(fresh.id)
        let due = open.clock.now - 1 + 30 * day
        #expect(try await open.folder.purgeTrash(of: open.store, at: due - 1).isEmpty)
        #expect(try await open.folder.purgeTrash(of: open.store, at: due) == [old.id])
        #expect(try open.files("images") == [kept.blob, fresh.blob].sorted() && open.files("thumbs").isEmpty)
        await #expect(throws: HistoryError.imageNotFound(old.id)) { try await open.store.image(old.id) }
        #expect(try await open.folder.purgeTrash(of: open.store, olderThan: .zero, at: open.clock.now) == [fresh.id])
        try await open.folder.purge(kept.id, from: open.store)
        #expect(try open.files("images").isEmpty)
    }

    @Test func `room below the minimum is a full disk`() throws {
        let open = try OpenFolder()
        let free = try open.folder.freeByteCount()
        #expect(free > 0)
        try open.folder.checkFreeSpace(minimum: 1)
        let error = #expect(throws: HistoryError.self) { try open.folder.checkFreeSpace(minimum: .max) }
        guard case .diskFull(_?, minimumBytes: .max) = error else { throw OpenFolder.NotStored() }
    }
}
