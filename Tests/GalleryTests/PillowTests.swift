import Foundation
import SystemPackage
import TestFixtures
import Testing

@testable import Gallery

private let python = ProcessInfo.processInfo.environment["SLUICE_PYTHON"]

/// What Pillow makes of Sluice's files; `SLUICE_PYTHON` names an interpreter that has it.
@Suite(.enabled(if: python != nil, "SLUICE_PYTHON is not set")) struct PillowTests {
    private struct Facts: Decodable {
        let format: String
        let size: [Int]
        let texts: [String: String]
        /// The first pixel, and the mean of each channel.
        let first: [Int]
        let means: [Double]
    }

    private static let script = """
        import json, sys
        from PIL import Image, ImageStat
        image = Image.open(sys.argv[1])
        image.load()
        texts = {key: str(text) for key, text in getattr(image, "text", {}).items()}
        json.dump(dict(format=image.format, size=image.size, texts=texts, first=image.getpixel((0, 0)), means=ImageStat.Stat(image).mean), sys.stdout)
        """

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func facts(_ name: String) throws -> Facts {
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = ["-c", Self.script, folder.path.appending(name).string]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let json = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(Facts.self, from: json)
    }

    @Test(arguments: ["a cat", "crème brûlée", "一只猫，\"安静\"\n第二行: 细节", "🐈‍⬛ 👩🏽‍🚀\n\\ \"quoted\"", "e\u{301}", ""])
    func `texts are read as they were written`(prompt: String) throws {
        var metadata = PNGFileTests.metadata
        metadata.prompt = prompt
        metadata.model = "雪, \"一号\""
        let picture = try PNGFileTests.picture(7, 5)
        try PNGFile.write(picture, metadata: metadata, to: folder.path.appending("a.png"))
        let found = try facts("a.png")
        #expect(found.format == "PNG" && found.size == [7, 5] && found.first == picture.pixels[..<3].map { Int($0) })
        #expect(found.texts["parameters"] == metadata.parameters)
        #expect(PictureMetadata(text: found.texts) == metadata)
        try folder.write(PNGFile.stripped(folder.contents("a.png")), "b.png")
        let stripped = try facts("b.png")
        #expect(stripped.texts.isEmpty && stripped.means == found.means)
    }

    @Test func `a thumbnail is read as the picture it shows`() throws {
        let picture = try TestPictures.grey(1000, 500) { column, row in 60 + Double(column) / 10 + Double(row) / 10 }
        try folder.write(Thumbnail.jpeg(picture), "a.jpg")
        let found = try facts("a.jpg")
        #expect(found.format == "JPEG" && found.size == [256, 128])
        for mean in found.means { #expect(abs(mean - 135) < 1) }
    }
}
