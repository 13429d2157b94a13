import ArgumentParser
import Diffusion
import Postcards
import SystemPackage
import Tokenizers

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Shows the token ids that a prompt becomes, without padding unless --json.")

    @Argument(help: "The prompt.") var prompt: String
    @Option(help: ArgumentHelp("FLUX.1 folder in the diffusers layout; the embedded Postcards model if absent.", valueName: "DIR"))
    var model: String?
    @Option(parsing: .unconditional, help: "Text tokens of the T5 encoder, at most 512.") var maxSequenceLength = 512
    @Flag(help: "One JSON object {\"clip\": […], \"t5\": […]} with padding.") var json = false

    func run() throws {
        if !(1...GenerationRequest.largestSequenceLength).contains(maxSequenceLength) {
            throw OptionError.invalid(option: "--max-sequence-length", value: "\(maxSequenceLength)", expected: "1 to 512")
        }
        let folder = try model.map { FilePath($0) } ?? Postcards.folder
        let clip = try CLIPTokenizer(folder: folder.appending("tokenizer")).encode(prompt)
        let t5 = try T5Tokenizer(folder: folder.appending("tokenizer_2")).encode(prompt, maximumLength: maxSequenceLength)
        if json {
            print("{\"clip\":\(Self.list(clip.ids)),\"t5\":\(Self.list(t5.ids))}")
        } else {
            print("clip \(Self.list(clip.ids.prefix(clip.contentCount)))\nt5   \(Self.list(t5.ids.prefix(t5.contentCount)))")
        }
        for (encoder, tokens) in [("CLIP", clip), ("T5", t5)] {
            guard let dropped = tokens.truncatedText else { continue }
            StandardError.write("sluice: note: \(Notice.promptTruncated(encoder: encoder, limit: tokens.ids.count, dropped: dropped))\n")
        }
    }

    private static func list(_ ids: some Sequence<Int32>) -> String {
        "[" + ids.map(String.init).joined(separator: ",") + "]"
    }
}
