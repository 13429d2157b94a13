import Glibc
public import SystemPackage
import Tensors

/// Writes a component's weight files in bf16: every tensor that its units declare, in one file or in shards with their index.
public struct CheckpointWriter: Sendable {
    struct Shard: Equatable, Sendable {
        let file: String
        fileprivate(set) var tensors: [DeclaredTensors.Declaration] = []
        fileprivate(set) var byteCount = 0
    }

    private let stem: String
    let shards: [Shard]
    /// Bytes of all tensors, without the files' headers.
    public let byteCount: Int

    /// - Parameters:
    ///   - stem: file name without extension, "model" or "diffusion_pytorch_model".
    ///   - shardByteLimit: most bytes of tensors in one file, unless a single one is larger.
    /// - Throws: `WeightsError` for declarations that contradict each other or that no machine could hold.
    public init(component: String, stem: String, units: [WeightUnit], shardByteLimit: Int) throws(WeightsError) {
        let declared = DeclaredTensors(units, component: component, type: .bf16)
        if !declared.problems.isEmpty { throw WeightsError(component: component, problems: declared.problems) }
        var parts: [(tensors: [DeclaredTensors.Declaration], byteCount: Int)] = []
        for tensor in declared.all {
            if parts.isEmpty || parts[parts.count - 1].byteCount + tensor.byteCount > shardByteLimit { parts.append(([], 0)) }
            parts[parts.count - 1].tensors.append(tensor)
            parts[parts.count - 1].byteCount += tensor.byteCount
        }
        self.stem = stem
        shards = parts.enumerated().map { index, part in
            let number = parts.count == 1 ? "" : "-\(Self.padded(index + 1))-of-\(Self.padded(parts.count))"
            return Shard(file: "\(stem)\(number).safetensors", tensors: part.tensors, byteCount: part.byteCount)
        }
        byteCount = parts.reduce(0) { $0 + $1.byteCount }
    }

    /// Writes the files into a folder where none of them is yet, and waits until the disk has them.
    /// - Parameter progress: called often, with the number of bytes written since the last call; may throw to stop.
    /// - Throws: `CheckpointWriteError`, or what `progress` throws; then files may be incomplete.
    public func write(_ weights: inout RandomWeights, into folder: FilePath, progress: (Int) throws -> Void) throws {
        for shard in shards {
            try Self.create(folder.appending(shard.file)) { write in
                try write(Self.header(shard))
                for tensor in shard.tensors {
                    try weights.forEachPiece(of: tensor.name, shape: tensor.shape) { bytes in
                        try write(bytes)
                        try progress(bytes.count)
                    }
                }
            }
        }
        if shards.count > 1 {
            try Self.create(folder.appending("\(stem).safetensors.index.json")) { write in try write(index) }
        }
    }

    private static func create(_ path: FilePath, _ body: ((any Collection<UInt8>) throws -> Void) throws -> Void) throws {
        func call<R>(_ name: String, _ body: () throws -> R) throws -> R {
            do { return try body() } catch let error as Errno {
                throw CheckpointWriteError(path: path, call: name, code: error.rawValue)
            }
        }
        let file = try call("open") {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
        // Once the bytes are flushed, closing cannot lose them.
        defer { _ = Glibc.close(file.rawValue) }
        try body { bytes in try call("write") { _ = try file.writeAll(bytes) } }
        try call("fsync") { if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) } }
    }

    /// Length, JSON and spaces up to a multiple of 8 bytes. Other programs refuse files that do not say "pt".
    private static func header(_ shard: Shard) -> [UInt8] {
        var offset = 0
        var json = #"{"__metadata__":{"format":"pt"}"#
        for tensor in shard.tensors {
            let end = offset + tensor.byteCount
            json += #","\#(tensor.name)":{"dtype":"BF16","shape":\#(tensor.shape),"data_offsets":[\#(offset),\#(end)]}"#
            offset = end
        }
        json += "}"
        json += String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
        return (0..<8).map { UInt8(truncatingIfNeeded: json.utf8.count >> (8 * $0)) } + Array(json.utf8)
    }

    private var index: [UInt8] {
        let entries = shards.flatMap { shard in shard.tensors.map { "    \"\($0.name)\": \"\(shard.file)\"" } }
        let map = entries.sorted().joined(separator: ",\n")
        return Array("{\n  \"metadata\": {\"total_size\": \(byteCount)},\n  \"weight_map\": {\n\(map)\n  }\n}\n".utf8)
    }

    /// "00003", as shards are numbered.
    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

/// A weight file could not be written: a system call on it failed with `errno` value `code`.
public struct CheckpointWriteError: Error, Equatable, CustomStringConvertible {
    public let path: FilePath
    public let call: String
    public let code: Int32

    public init(path: FilePath, call: String, code: Int32) {
        self.path = path
        self.call = call
        self.code = code
    }

    public var description: String { "\(path): cannot be written: \(Errno(rawValue: code)) (\(call))" }
}

extension DeclaredTensors.Declaration {
    fileprivate var byteCount: Int { shape.reduce(ElementType.bf16.byteCount, *) }
}
