import ArgumentParser
import Diffusion
import SystemPackage

/// Where encoded prompts are kept between runs.
struct PromptOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Keep encoded prompts in this folder, and use those that are there.", valueName: "DIR"))
    var promptCache: String?

    /// - Throws: `OptionError`, `GalleryError` where no file can be made in it.
    var store: PromptFolder? {
        get throws { try promptCache.map { try PromptFolder(FilePath($0)) } }
    }
}
