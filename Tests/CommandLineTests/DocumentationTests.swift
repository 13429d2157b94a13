import Foundation
import Gallery
import GoldenData
import SystemPackage
import Testing

@Suite struct DocumentationTests {
    private static let root = GoldenCase.root.removingLastComponent().removingLastComponent()

    private func text(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: Self.root.appending(name).string), encoding: .utf8)
    }

    @Test("The library example draws a picture")
    func example() throws {
        let scratch = try ScratchFolder()
        let run = try SluiceProcess.run([], program: "DrawExample", in: scratch.url)
        #expect(run.exitCode == 0, "\(run.errors)")
        let picture = try PNGFile.read(FilePath(scratch.path("house.png"))).picture
        #expect((picture.width, picture.height) == (128, 128))
    }

    @Test("Both READMEs show the library example as it is compiled", arguments: ["README.md", "README.zh.md"])
    func readme(_ name: String) throws {
        #expect(try text(name).contains("```swift\n\(text("Examples/Draw/main.swift"))```"))
    }

    @Test("Every option of generate that the READMEs name exists", arguments: ["README.md", "README.zh.md"])
    func options(_ name: String) throws {
        let help = try SluiceProcess.run(["generate", "--help"]).output
        let named = Set(
            try text(name).matches(of: /`sluice generate[^`]*`|sluice generate .*/).flatMap { line in
                line.output.matches(of: /--[a-z][a-z-]+/).map { String($0.output) }
            })
        #expect(!named.isEmpty)
        for option in named { #expect(help.contains(option), "\(option)") }
    }
}
