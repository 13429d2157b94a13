import Glibc
import SystemPackage
import TestFixtures
import Testing

@testable import Gallery

struct PNGFileTests {
    private let folder: TemporaryFolder
    private let file: FilePath

    init() throws {
        folder = try TemporaryFolder()
        file = folder.path.appending("picture.png")
    }

    static func picture(_ width: Int, _ height: Int, seed: UInt64 = 1) throws -> Picture {
        var mutator = Mutator(seed: seed)
        return try Picture(
            width: width, height: height, pixels: (0..<3 * width * height).map { _ in UInt8(truncatingIfNeeded: mutator.next()) })
    }

    static let metadata = PictureMetadata(
        prompt: "a cat, \"sitting\"\non a mat", width: 64, height: 48, steps: 4, guidance: 3.5, seed: .max, model: "FLUX.1-dev",
        dtype: "bf16",
        maximumSequenceLength: 512, version: "sluice 0.1")

    @Test(arguments: [(1, 1), (2, 3), (64, 48), (1000, 1), (1, 1000), (127, 129)])
    func `a picture reads back as it was written`(width: Int, height: Int) throws {
        let picture = try Self.picture(width, height)
        try PNGFile.write(picture, metadata: nil, to: file)
        let (read, text) = try PNGFile.read(file)
        #expect(read == picture)
        #expect(text.isEmpty)
    }

    @Test(arguments: [
        "a cat", "", "一只猫坐在垫子上", "café crème 🐈‍⬛ 👩🏽‍🚀", "naïve Ünïcödé in Latin-1 ÿ", "line\nNegative prompt: x\nSteps: 1, Seed: 2, Size: 3x4",
        "control \u{1} \u{7F} \u{85} \t tab", "zero \0 byte", "{\"json\": [\"a\\b\"]}", "e\u{301} decomposed, é composed",
        "\u{FFFF}\u{10FFFF}",
        "  spaces  ", String(repeating: "长", count: 100_000),
    ])
    func `a prompt of any characters reads back as it was`(prompt: String) throws {
        var metadata = Self.metadata
        metadata.prompt = prompt
        metadata.negativePrompt = prompt.isEmpty ? nil : prompt
        try PNGFile.write(Self.picture(3, 2), metadata: metadata, to: file)
        let text = try PNGFile.readText(file)
        let found = PictureMetadata(text: text)
        #expect(found == metadata)
        #expect(found.map { Array($0.prompt.utf8) } == Array(prompt.utf8))
        #expect(text["parameters"] == metadata.parameters.filter { $0 != "\0" })
    }

    @Test func `text is Latin-1 where that holds it and UTF-8 otherwise`() throws {
        var metadata = Self.metadata
        metadata.prompt = "crème"
        try PNGFile.write(Self.picture(1, 1), metadata: metadata, to: file)
        var bytes = String(decoding: try folder.contents("picture.png"), as: Unicode.ASCII.self)
        #expect(bytes.contains("tEXtparameters\0cr") && !bytes.contains("iTXt"))
        metadata.prompt = "猫"
        try PNGFile.write(Self.picture(1, 1), metadata: metadata, to: file)
        bytes = String(decoding: try folder.contents("picture.png"), as: Unicode.ASCII.self)
        #expect(bytes.contains("iTXtparameters\0\0\0\0\0") && bytes.contains("iTXtsluice\0") && !bytes.contains("tEXt"))
    }

    @Test func `an existing file is replaced as a whole and nothing is left beside it`() throws {
        try folder.write("an older file, longer than the picture " + String(repeating: "x", count: 10_000), "picture.png")
        let picture = try Self.picture(8, 8)
        try AtomicFile(file).checkWritable()
        try PNGFile.write(picture, metadata: nil, to: file)
        #expect(try PNGFile.read(file).picture == picture)
        #expect(try folder.names == ["picture.png"])
    }

    @Test func `a name as long as the file system takes can be written`() throws {
        let long = folder.path.appending(String(repeating: "n", count: 251) + ".png")
        try PNGFile.write(Self.picture(1, 1), metadata: nil, to: long)
        #expect(try folder.names.count == 1)
    }

    @Test func `folders, pipes and missing folders are refused before and at writing`() throws {
        try folder.makeFolder("folder")
        try folder.link("link", to: "folder")
        #expect(mkfifo(folder.path.appending("pipe").string, 0o600) == 0)
        let refused: [(FilePath, GalleryError)] = [
            (folder.path.appending("folder"), .notARegularFile(path: folder.path.appending("folder"))),
            (folder.path.appending("link"), .notARegularFile(path: folder.path.appending("link"))),
            (folder.path.appending("pipe"), .notARegularFile(path: folder.path.appending("pipe"))), ("/", .notARegularFile(path: "/")),
            ("", .notARegularFile(path: "")),
            (
                folder.path.appending("none").appending("x.png"),
                .unwritable(path: folder.path.appending("none").appending("x.png"), call: "open", code: ENOENT)
            ),
            (
                folder.path.appending(String(repeating: "n", count: 300)),
                .unwritable(path: folder.path.appending(String(repeating: "n", count: 300)), call: "rename", code: ENAMETOOLONG)
            ),
        ]
        for (path, error) in refused {
            #expect(throws: error) { try PNGFile.write(Self.picture(1, 1), metadata: nil, to: path) }
            if path.length < 300 { #expect(throws: error) { try AtomicFile(path).checkWritable() } }
        }
        #expect(try folder.names == ["folder", "link", "pipe"])
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere")) func `a folder without write permission is refused`() throws {
        #expect(chmod(folder.path.string, 0o500) == 0)
        defer { chmod(folder.path.string, 0o700) }
        let error = GalleryError.unwritable(path: file, call: "open", code: EACCES)
        #expect(throws: error) { try AtomicFile(file).checkWritable() }
        #expect(throws: error) { try PNGFile.write(Self.picture(1, 1), metadata: nil, to: file) }
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "mounting needs privileges"))
    func `a full disk is one error, leaves no half-written file and keeps the old one`() throws {
        let disk = try SmallDisk(byteCount: 64 << 10)
        let full = disk.path.appending("picture.png")
        let small = try Self.picture(8, 8)
        try PNGFile.write(small, metadata: nil, to: full)
        #expect(throws: GalleryError.unwritable(path: full, call: "write", code: ENOSPC)) {
            try PNGFile.write(Self.picture(256, 256), metadata: nil, to: full)
        }
        #expect(try disk.names == ["picture.png"])
        #expect(try PNGFile.read(full).picture == small)
    }

    @Test func `a picture has three bytes for each pixel`() throws {
        for (width, height, count) in [(0, 1, 0), (1, 0, 0), (-1, -1, 3), (2, 2, 11), (2, 2, 13), (1 << 31, 1, 3), (Int.max, 3, 3)] {
            #expect(throws: GalleryError.invalidPicture(width: width, height: height, byteCount: count)) {
                try Picture(width: width, height: height, pixels: Array(repeating: 0, count: count))
            }
        }
    }

    @Test func `a guidance that JSON cannot hold is refused`() throws {
        var metadata = Self.metadata
        metadata.guidance = .nan
        let error = #expect(throws: GalleryError.self) { try PNGFile.write(Self.picture(1, 1), metadata: metadata, to: file) }
        guard case .encodingFailed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func `files that are no pictures are refused`() throws {
        #expect(throws: GalleryError.unreadable(path: file, call: "read", code: ENOENT)) { try PNGFile.read(file) }
        #expect(throws: GalleryError.notARegularFile(path: folder.path)) { try PNGFile.readText(folder.path) }
        #expect(throws: GalleryError.notARegularFile(path: "/dev/zero")) { try PNGFile.readText("/dev/zero") }
        #expect(mkfifo(folder.path.appending("pipe").string, 0o600) == 0)
        #expect(throws: GalleryError.notARegularFile(path: folder.path.appending("pipe"))) {
            try PNGFile.read(folder.path.appending("pipe"))
        }
        try folder.write("GIF89a", "picture.png")
        #expect(throws: GalleryError.malformed(path: file, fault: .noSignature)) { try PNGFile.read(file) }
    }

    @Test func `every truncation of a picture is refused`() throws {
        try PNGFile.write(Self.picture(5, 4), metadata: Self.metadata, to: file)
        let bytes = try folder.contents("picture.png")
        for count in 0..<bytes.count {
            try folder.write(Array(bytes[..<count]), "picture.png")
            #expect(throws: GalleryError.self, "\(count) of \(bytes.count) bytes") { try PNGFile.read(file) }
        }
    }
}
