import SystemPackage

/// A component's weight files, mapped, with everything that their headers say and everything that is wrong with them.
struct Checkpoint: Sendable {
    /// One tensor and the file it lies in.
    struct Stored: Sendable {
        let entry: SafetensorsHeader.Entry
        let file: MappedFile
    }

    private static let indexByteLimit = 64 << 20

    /// Where tensors of unknown whereabouts should have been: the file, or the folder of a sharded checkpoint.
    private(set) var location: FilePath
    private(set) var files: [MappedFile] = []
    /// Every occurrence of every name; more than one is a problem.
    private(set) var tensors: [String: [Stored]] = [:]
    /// Path of the shard that the index names for a tensor; empty without an index.
    private(set) var indexed: [String: FilePath] = [:]
    private(set) var isSharded = false
    /// Files whose tensors are not known because they could not be read.
    private(set) var unread: Set<FilePath> = []
    private(set) var problems: [WeightsProblem] = []
    private(set) var warnings: [WeightsWarning] = []

    init(folder: FilePath, stem: String) {
        location = folder
        do throws(WeightsProblem) {
            switch try CheckpointFiles.find(in: folder, stem: stem) {
            case .single(let file):
                location = file
                read(file)
            case .sharded(let index):
                isSharded = true
                try readShards(index, folder: folder, stem: stem)
            }
        } catch {
            problems.append(error)
            unread.insert(location)
        }
    }

    private mutating func readShards(_ path: FilePath, folder: FilePath, stem: String) throws(WeightsProblem) {
        let index = try Self.index(path)
        indexed = index.shards.mapValues { folder.appending($0) }
        let names = Set(index.shards.values)
        for name in names.sorted() {
            let file = folder.appending(name)
            if !CheckpointFiles.staysInFolder(name) {
                problems.append(.shardOutsideFolder(index: path, shard: name))
                unread.insert(file)
            } else if !CheckpointFiles.isPresent(file) {
                problems.append(.missingShard(index: path, shard: name))
                unread.insert(file)
            } else {
                read(file)
            }
        }
        let found = tensors.values.joined().reduce(0) { $0 + $1.entry.bytes.count }
        if let stated = index.totalByteCount, stated != found, unread.isEmpty {
            warnings.append(.wrongTotalSize(index: path, stated: stated, found: found))
        }
        warnings += CheckpointFiles.unlistedShards(in: folder, stem: stem, listed: names).map { .unlistedShard(file: $0, index: path) }
    }

    private static func index(_ path: FilePath) throws(WeightsProblem) -> ShardIndex {
        let file = try MappedFile(path)
        do throws(ShardIndexFault) {
            guard file.bytes.count <= indexByteLimit else { throw .tooLarge(byteCount: file.bytes.count, limit: indexByteLimit) }
            return try ShardIndex(json: Array(file.bytes))
        } catch {
            throw .malformedIndex(file: path, fault: error)
        }
    }

    private mutating func read(_ path: FilePath) {
        do throws(WeightsProblem) {
            let file = try MappedFile(path)
            do throws(SafetensorsFaults) {
                let header = try SafetensorsHeader(fileByteCount: file.bytes.count) { Array(file.bytes[$0]) }
                files.append(file)
                for entry in header.entries { tensors[entry.name, default: []].append(Stored(entry: entry, file: file)) }
            } catch {
                problems += error.faults.map { .malformed(file: path, fault: $0) }
                unread.insert(path)
            }
        } catch {
            problems.append(error)
            unread.insert(path)
        }
    }
}
