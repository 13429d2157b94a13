import ArgumentParser
import Gallery
import SystemPackage

/// Where results go.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The picture; sluice-SEED.png if absent. With --count, numbered.", valueName: "FILE.png")) var out: String?
    @Option(help: ArgumentHelp("Also save the final latents, f32 [1, 16, height/8, width/8].", valueName: "F.safetensors"))
    var saveLatents: String?
    @Option(help: ArgumentHelp("Also write what was asked, the memory held and where the time went.", valueName: "F.json"))
    var report: String?
    @Option(help: ArgumentHelp("Also write a timeline in the Chrome trace format, which Perfetto opens.", valueName: "F.json"))
    var trace: String?

    /// The files of each picture; several pictures get numbers before the extension.
    func files(seed: UInt64, count: Int) throws -> [OutputFiles] {
        if let out, FilePath(out).extension?.lowercased() != "png" {
            throw OptionError.invalid(option: "--out", value: out, expected: "a file name that ends in .png")
        }
        return (0..<count).map { index in
            func numbered(_ path: String) -> FilePath { count == 1 ? FilePath(path) : FilePath(path).numbered(index + 1) }
            return OutputFiles(
                picture: out.map(numbered) ?? FilePath("sluice-\(seed + UInt64(index)).png"), latents: saveLatents.map(numbered),
                report: report.map(numbered), trace: trace.map(numbered))
        }
    }
}

/// The files one picture leaves.
struct OutputFiles: Sendable {
    let picture: FilePath
    let latents, report, trace: FilePath?

    /// Finds out before the work begins that a result could not be saved.
    /// - Throws: `GalleryError` for the first file that cannot be made.
    func checkWritable() throws(GalleryError) {
        for file in [picture, latents, report, trace].compactMap({ $0 }) { try AtomicFile(file).checkWritable() }
    }
}

extension FilePath {
    /// "a/b.png" as "a/b-1.png".
    fileprivate func numbered(_ number: Int) -> FilePath {
        let name = "\(stem ?? "")-\(number)" + (self.extension.map { ".\($0)" } ?? "")
        return removingLastComponent().appending(name)
    }
}
