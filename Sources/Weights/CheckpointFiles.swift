import FoundationEssentials
import Glibc
import SystemPackage

/// Where a component's folder keeps its weights: one file, or an index that names the shards.
///
/// Without a variant first, then `.bf16`, then `.fp16`. A file and an index of the same variant are refused: diffusers would
/// read the index and transformers the file.
enum CheckpointFiles: Equatable, Sendable {
    case single(FilePath)
    case sharded(index: FilePath)

    static let variants = ["", ".bf16", ".fp16"]

    static func find(in folder: FilePath, stem: String) throws(WeightsProblem) -> CheckpointFiles {
        var tried: [String] = []
        for variant in variants {
            let file = "\(stem)\(variant).safetensors"
            // Libraries put an index's variant in either place.
            let indexes =
                ["\(stem).safetensors.index\(variant).json"] + (variant.isEmpty ? [] : ["\(stem)\(variant).safetensors.index.json"])
            let found = ([file] + indexes).filter { isPresent(folder.appending($0)) }
            if found.count > 1 { throw .ambiguousFiles(found.map { folder.appending($0) }) }
            if let name = found.first {
                return name == file ? .single(folder.appending(name)) : .sharded(index: folder.appending(name))
            }
            tried += [file, indexes[0]]
        }
        throw .noWeightFile(folder: folder, tried: tried)
    }

    /// Whether the name exists; a link to nothing does, so that opening it says what is wrong.
    static func isPresent(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0
    }

    /// Whether `shard` names a file below the folder it is relative to; what a link points to does not matter.
    static func staysInFolder(_ shard: String) -> Bool {
        guard !shard.isEmpty, !shard.utf8.contains(0) else { return false }
        let path = FilePath(shard)
        return path.isRelative && !path.components.contains { $0.kind != .regular }
    }

    /// Files named like shards of `stem` (without variant) that `listed` does not contain, in alphabetical order.
    static func unlistedShards(in folder: FilePath, stem: String, listed: Set<String>) -> [FilePath] {
        // A folder that cannot be listed may still be read; then nothing can be said about other files.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
        return names.filter { isShardName($0, stem: stem) && !listed.contains($0) }.sorted().map { folder.appending($0) }
    }

    /// Matches `STEM-00001-of-00003.safetensors`.
    private static func isShardName(_ name: String, stem: String) -> Bool {
        let suffix = ".safetensors"
        guard name.hasPrefix(stem + "-"), name.hasSuffix(suffix) else { return false }
        let parts = name.dropFirst(stem.count + 1).dropLast(suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "of" else { return false }
        return [parts[0], parts[2]].allSatisfy { part in !part.isEmpty && part.allSatisfy(\.isNumber) }
    }
}
