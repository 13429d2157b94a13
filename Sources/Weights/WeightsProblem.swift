public import Memory
public import SystemPackage
public import Tensors

/// One reason why a component's weights cannot be used as they lie on disk.
public enum WeightsProblem: Error, Equatable, Sendable {
    /// None of the file names that hold weights is in the folder.
    case noWeightFile(folder: FilePath, tried: [String])
    /// One file and an index: programs disagree on which one counts, so neither is taken.
    case ambiguousFiles([FilePath])
    /// A system call on the file failed with `errno` value `code`.
    case unreadable(file: FilePath, call: String, code: Int32)
    case notARegularFile(file: FilePath)
    case unstreamable(file: FilePath, StreamError)
    case malformed(file: FilePath, fault: SafetensorsFault)
    case malformedIndex(file: FilePath, fault: ShardIndexFault)
    /// The index names a shard that is not in the folder.
    case missingShard(index: FilePath, shard: String)
    /// The index names a shard by a path that is absolute or leads upwards.
    case shardOutsideFolder(index: FilePath, shard: String)
    /// The index says that the file holds the tensor; it does not.
    case notInShard(file: FilePath, tensor: String)
    /// The file holds a tensor that its index does not list.
    case notInIndex(file: FilePath, tensor: String)
    case duplicateTensor(tensor: String, files: [FilePath])

    /// `file` is where it should be: a weight file, or the folder if any file may hold it.
    case missingTensor(file: FilePath, tensor: String, expected: [Int])
    case unknownTensor(file: FilePath, tensor: String, found: [Int])
    case wrongShape(file: FilePath, tensor: String, expected: [Int], found: [Int])
    case unsupportedType(file: FilePath, tensor: String, expected: [ElementType], found: SafetensorsType)

    /// The model asked for a shape that no tensor has, from sizes in its config.
    case impossibleShape(tensor: String, expected: [Int])
    /// The model declares one name with two shapes.
    case conflictingShapes(tensor: String, first: [Int], second: [Int])
    /// The model could not be set up from its config.
    case undeclarable(unit: String, reason: String)
    /// A lease was asked for a unit, a name or a shape that was not declared.
    case undeclaredUnit(String)
    case undeclaredTensor(unit: String, tensor: String)
    case notAsDeclared(unit: String, tensor: String, declared: [Int], found: [Int])
}

/// Something odd about a folder that does not change what is loaded.
public enum WeightsWarning: Equatable, Sendable {
    /// The index states another sum of the tensors' bytes than its shards hold.
    case wrongTotalSize(index: FilePath, stated: Int, found: Int)
    /// A shard lies in the folder that the index does not mention; it is not read.
    case unlistedShard(file: FilePath, index: FilePath)
}
