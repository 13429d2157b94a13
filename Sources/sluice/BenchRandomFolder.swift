import Diffusion
import FluxModels
import FoundationEssentials
import Glibc
import SystemPackage
import Weights

/// Makes a FLUX.1 folder with random weights, which appears whole or not at all.
struct RandomFolder: Sendable {
    let path: FilePath
    /// A folder whose `tokenizer` and `tokenizer_2` are copied.
    let tokenizers: FilePath
    /// The text of the JSON files by their paths in the folder.
    let configurations: [String: String]
    let weights: RandomWeights
    /// Most bytes of tensors in one file.
    let shardByteLimit: Int

    /// Bytes of the weights.
    /// - Throws: `OptionError` for a folder that exists or a disk that is too small, `CheckpointWriteError`, `CancellationError`.
    func write() throws -> Int {
        var status = stat()
        if lstat(path.string, &status) == 0 {
            throw OptionError.invalid(option: "--out", value: path.string, expected: "a folder that does not exist yet")
        }
        let parent = path.removingLastComponent()
        let temporary = parent.appending(".sluice-\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 16)).part")
        try call("mkdir", temporary) { mkdir(temporary.string, 0o777) }
        do {
            let byteCount = try fill(temporary)
            try call("rename", path) { rename(temporary.string, path.string) }
            return byteCount
        } catch {
            // The first error is the one to tell.
            try? FileManager.default.removeItem(atPath: temporary.string)
            throw error
        }
    }

    private func fill(_ folder: FilePath) throws -> Int {
        for name in ["transformer", "text_encoder", "text_encoder_2", "vae", "scheduler"] {
            try call("mkdir", folder.appending(name)) { mkdir(folder.appending(name).string, 0o777) }
        }
        for name in ["tokenizer", "tokenizer_2"] {
            try FileManager.default.copyItem(atPath: tokenizers.appending(name).string, toPath: folder.appending(name).string)
        }
        for (name, text) in configurations { try Data(text.utf8).write(to: URL(filePath: folder.appending(name).string)) }
        let components = try Self.components(FluxFolder(folder), shardByteLimit)
        let byteCount = components.reduce(0) { $0 + $1.writer.byteCount }
        try checkRoom(for: byteCount, in: folder)
        var weights = weights
        let progress = WriteProgress(byteCount: byteCount)
        defer { progress.clear() }
        for (name, writer) in components {
            try writer.write(&weights, into: folder.appending(name)) { written in
                try Task.checkCancellation()
                progress.add(written, of: name)
            }
        }
        progress.finish()
        return byteCount
    }

    private static func components(_ folder: FluxFolder, _ shardByteLimit: Int) throws -> [(name: String, writer: CheckpointWriter)] {
        func component(_ name: String, _ stem: String, _ units: [WeightUnit]) throws -> (String, CheckpointWriter) {
            (name, try CheckpointWriter(component: name, stem: stem, units: units, shardByteLimit: shardByteLimit))
        }
        return [
            try component("text_encoder", "model", CLIPTextModel.units(folder.clip)),
            try component("text_encoder_2", "model", T5Encoder.units(folder.t5)),
            try component("transformer", "diffusion_pytorch_model", FluxTransformer.units(folder.transformer)),
            try component(
                "vae", "diffusion_pytorch_model",
                AutoencoderDecoder.units(folder.autoencoder) + AutoencoderEncoder.units(folder.autoencoder)),
        ]
    }

    /// Headers, indices and the file system's own tables take far less than this beside the tensors.
    private static let spareByteCount = 64 << 20

    private func checkRoom(for byteCount: Int, in folder: FilePath) throws {
        var status = statvfs()
        try call("statvfs", folder) { statvfs(folder.string, &status) }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        if free < byteCount + Self.spareByteCount {
            throw OptionError.unavailable(
                option: "--out", value: path.string, reason: "\(byteCount) bytes do not fit on the disk, which has \(free) left")
        }
    }

    private func call(_ name: String, _ path: FilePath, _ body: () -> Int32) throws(CheckpointWriteError) {
        if body() != 0 { throw CheckpointWriteError(path: path, call: name, code: errno) }
    }
}
