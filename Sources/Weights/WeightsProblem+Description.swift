import Glibc
import SystemPackage
import Tensors

extension WeightsProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noWeightFile(let folder, let tried): "\(folder): no weights, expected one of \(tried.joined(separator: ", "))"
        case .ambiguousFiles(let files):
            "\(files.map(\.string).joined(separator: " and ")) both hold weights: expected one of them, move the other away"
        case .unreadable(let file, let call, let code): "\(file): \(call) failed: \(Errno(rawValue: code))"
        case .unstreamable(_, let error): "\(error)"
        case .notARegularFile(let file): "\(file): not a file"
        case .malformed(let file, let fault): "\(file): \(fault)"
        case .malformedIndex(let file, let fault): "\(file): \(fault)"
        case .missingShard(let index, let shard): "\(index): names \(shard.quoted), which is not in the folder (incomplete download?)"
        case .shardOutsideFolder(let index, let shard): "\(index): names \(shard.quoted), expected a path inside the folder"
        case .notInShard(let file, let tensor): "\(file): \(tensor.quoted) is not there although the index says so"
        case .notInIndex(let file, let tensor): "\(file): \(tensor.quoted) is there although the index does not list it"
        case .duplicateTensor(let tensor, let files):
            "\(tensor.quoted): found more than once, in \(files.map(\.string).joined(separator: ", "))"
        case .missingTensor(let file, let tensor, let expected): "\(file): \(tensor.quoted): missing, expected \(expected)"
        case .unknownTensor(let file, let tensor, let found): "\(file): \(tensor.quoted): unknown, found \(found)"
        case .wrongShape(let file, let tensor, let expected, let found):
            "\(file): \(tensor.quoted): expected \(expected), found \(found)"
        case .unsupportedType(let file, let tensor, let expected, let found):
            "\(file): \(tensor.quoted): expected \(expected.map(\.rawValue).joined(separator: ", ")), found \(found.rawValue)"
        case .impossibleShape(let tensor, let expected): "\(tensor.quoted): the config asks for the impossible shape \(expected)"
        case .conflictingShapes(let tensor, let first, let second): "\(tensor.quoted): declared as \(first) and as \(second)"
        case .undeclarable(let unit, let reason): "\(unit.quoted): \(reason)"
        case .undeclaredUnit(let unit): "\(unit.quoted): no such unit was declared"
        case .undeclaredTensor(let unit, let tensor): "\(tensor.quoted): not declared in unit \(unit.quoted)"
        case .notAsDeclared(let unit, let tensor, let declared, let found):
            "\(tensor.quoted): declared in unit \(unit.quoted) as \(declared), asked for as \(found)"
        }
    }
}

extension WeightsWarning: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongTotalSize(let index, let stated, let found): "\(index): total_size is \(stated) bytes, the shards hold \(found)"
        case .unlistedShard(let file, let index): "\(file): not listed in \(index), not read"
        }
    }
}

extension String {
    /// For messages: names from files may hold control characters or be a megabyte long.
    var quoted: String {
        let limit = 120
        return count <= limit ? debugDescription : String(prefix(limit)).debugDescription + "…"
    }
}
