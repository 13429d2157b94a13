import Diffusion
import Foundation
import SystemPackage
import Tensors
import Testing
import Weights

@testable import sluice

/// Encoded prompts on disk, which are believed only if everything about them is right.
@Suite struct PromptFolderTests {
    let scratch: ScratchFolder
    private let folder: PromptFolder
    private let key: PromptKey
    private let prompt: EncodedPrompt

    init() throws {
        scratch = try ScratchFolder()
        folder = try PromptFolder(FilePath(scratch.path("prompts")))
        key = Self.key("a red house")
        let states = (0..<24).map { Float($0) / 8 - 1 }
        prompt = EncodedPrompt(
            states: TensorValues(states, shape: [4, 6], type: .bf16), pooled: TensorValues([1, -0.0, 3], shape: [1, 3], type: .bf16))
    }

    private static func key(_ prompt: String, encoders: String = "e", rows: Int = 4) -> PromptKey {
        PromptKey(
            text: PromptText(prompt, maximumSequenceLength: rows), encoders: encoders, type: .bf16, statesShape: [rows, 6],
            pooledShape: [1, 3])
    }

    private func file() throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("prompts"))
        #expect(names.count == 1)
        return URL(filePath: scratch.path("prompts")).appending(path: try #require(names.first))
    }

    @Test("What was kept comes back bit for bit, under its own key only")
    func keeps() throws {
        #expect(try folder.prompt(for: key) == nil)
        try folder.keep(prompt, for: key)
        #expect(try folder.prompt(for: key) == prompt)
        #expect(try PromptFolder(FilePath(scratch.path("prompts"))).prompt(for: key) == prompt)
        for other in [Self.key("a red hous\u{65}\u{301}"), Self.key("a red house", encoders: "f"), Self.key("a red house", rows: 5)] {
            #expect(try folder.prompt(for: other) == nil)
        }
    }

    @Test("A file that is cut or has any other byte than was written is never believed")
    func damaged() throws {
        try folder.keep(prompt, for: key)
        let file = try file()
        let whole = try Data(contentsOf: file)
        for count in 0..<whole.count {
            try whole.prefix(count).write(to: file)
            #expect(throws: PromptFileError.self) { try folder.prompt(for: key) }
        }
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 1
            try changed.write(to: file)
            // A digit of the file's own length, a letter of a name nobody asks for: what comes back is right, or nothing does.
            #expect((try? folder.prompt(for: key)).flatMap { $0 } ?? prompt == prompt, "byte \(index)")
        }
        try whole.write(to: file)
        #expect(try folder.prompt(for: key) == prompt)
    }

    @Test("A file of another prompt or other encoders under this name is not believed")
    func foreign() throws {
        for (other, name) in [(Self.key("another"), "prompt"), (Self.key("a red house", encoders: "f"), "encoders")] {
            try folder.keep(prompt, for: other)
            let bytes = try Data(contentsOf: file())
            try FileManager.default.removeItem(at: file())
            try folder.keep(prompt, for: key)
            let file = try file()
            try bytes.write(to: file)
            let path = FilePath(file.path)
            #expect(throws: PromptFileError.another(file: path, name: name)) { try folder.prompt(for: key) }
            try FileManager.default.removeItem(at: file)
        }
        try folder.keep(prompt, for: key)
        let file = try file()
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        #expect(throws: PromptFileError.self) { try folder.prompt(for: key) }
    }

    private func generate(_ name: String, _ options: String...) throws -> SluiceProcess {
        try SluiceProcess.run(
            [
                "generate", "a red house", "--seed", "1", "--steps", "2", "--width", "64", "--height", "64", "--out", "\(name).png",
                "--report", "\(name).json",
            ] + options, in: scratch.url)
    }

    private func source(_ name: String) throws -> String? {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: scratch.path("\(name).json"))))
        return (json as? [String: Any])?["promptSource"] as? String
    }

    @Test("A later command skips the text encoders and draws the same picture; a damaged file is told of and replaced")
    func acrossProcesses() throws {
        for (name, expected) in [("first", "encoded"), ("second", "store")] {
            let run = try generate(name, "--prompt-cache", "prompts")
            #expect(run.exitCode == 0, "\(run.errors)")
            #expect(try source(name) == expected)
        }
        let picture = try Data(contentsOf: URL(filePath: scratch.path("first.png")))
        #expect(try Data(contentsOf: URL(filePath: scratch.path("second.png"))) == picture)
        let file = try file()
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: file)
        let run = try generate("third", "--prompt-cache", "prompts")
        #expect(run.errors.contains("its values are damaged"), "\(run.errors)")
        #expect(try source("third") == "encoded")
        #expect(try Data(contentsOf: URL(filePath: scratch.path("third.png"))) == picture)
        #expect(try generate("fourth", "--prompt-cache", "prompts").exitCode == 0)
        #expect(try source("fourth") == "store")
    }

    @Test("A folder that cannot be used is refused before anything is drawn")
    func unusable() throws {
        try Data().write(to: scratch.url.appending(path: "file"))
        for path in ["file", "missing/prompts"] {
            let run = try generate("picture", "--prompt-cache", path)
            #expect(run.exitCode == 2 && run.failures.count == 1 && run.errors.contains(path), "\(run.errors)")
        }
        #expect(try scratch.contents == ["file", "prompts"])
    }
}
