public import StrictJSON

/// The `….safetensors.index.json` of a sharded checkpoint: which file holds which tensor.
struct ShardIndex: Equatable, Sendable {
    /// Shard file name by tensor name, as written.
    let shards: [String: String]
    /// Bytes of all tensors as stated; absent in some files, and of no consequence.
    let totalByteCount: Int?

    init(json: [UInt8]) throws(ShardIndexFault) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: json)
        } catch {
            throw .json(error)
        }
        guard let members = document["weight_map"]?.members, !members.isEmpty else { throw .noWeightMap }
        var shards: [String: String] = [:]
        for member in members {
            guard let shard = member.value.string else { throw .invalidShard(tensor: member.key) }
            shards[member.key] = shard
        }
        self.shards = shards
        totalByteCount = document["metadata"]?["total_size"]?.integer.flatMap { $0 >= 0 ? $0 : nil }
    }
}

/// Why a file is no index of shards.
public enum ShardIndexFault: Error, Equatable, Sendable {
    /// The largest known index has 0.1 MB; a much larger file is something else.
    case tooLarge(byteCount: Int, limit: Int)
    case json(JSONFault)
    /// `weight_map` is missing, empty or not a map.
    case noWeightMap
    /// `weight_map` does not map the tensor to a file name.
    case invalidShard(tensor: String)
}

extension ShardIndexFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let byteCount, let limit): "\(byteCount) bytes, expected an index of at most \(limit)"
        case .json(let fault): fault.description
        case .noWeightMap: "weight_map is missing or empty"
        case .invalidShard(let tensor): "weight_map does not name a file for \(tensor.quoted)"
        }
    }
}
