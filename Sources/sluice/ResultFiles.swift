import Diffusion
import FoundationEssentials
import Gallery
import SystemPackage
import Weights

/// Latents on disk: one f32 tensor `latents` `[1, 16, height/8, width/8]`, unpacked, before the autoencoder's scaling.
enum LatentFile {
    private static let name = "latents"

    static func read(_ file: FilePath, _ layout: LatentLayout) throws(WeightsError) -> [Float] {
        try TensorFile.read(name, shape: layout.shape, from: file)
    }

    static func write(_ latents: [Float], _ layout: LatentLayout, to file: FilePath) throws {
        try AtomicFile(file).write(TensorFile.serialized(latents, name: name, shape: layout.shape))
    }
}

extension LatentLayout {
    fileprivate var shape: [Int] { [1, channels, height, width] }
}

enum JSONFile {
    static func write(_ value: some Encodable, to file: FilePath) throws {
        try AtomicFile(file).write([UInt8](text(value).utf8) + [UInt8(ascii: "\n")])
    }

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
