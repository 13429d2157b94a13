import FoundationEssentials
import Tensors

/// A small safetensors file as a whole: texts, and tensors of types that Sluice computes in.
public struct SafetensorsContent: Equatable, Sendable {
    public let metadata: [String: String]
    public let tensors: [String: TensorValues]

    public init(metadata: [String: String] = [:], tensors: [String: TensorValues]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// Reads a file's bytes.
    /// - Throws: The first thing that is wrong with them, a tensor of a type that Sluice does not compute in included.
    public init(_ bytes: [UInt8]) throws(SafetensorsFault) {
        let header: SafetensorsHeader
        do throws(SafetensorsFaults) {
            header = try SafetensorsHeader(fileByteCount: bytes.count) { Array(bytes[$0]) }
        } catch { throw error.faults[0] }
        var tensors: [String: TensorValues] = [:]
        for entry in header.entries {
            guard let type = entry.type.elementType else { throw .unknownType(tensor: entry.name, found: entry.type.rawValue) }
            tensors[entry.name] = TensorValues(bytes: Array(bytes[entry.bytes]), shape: entry.shape, type: type)
        }
        metadata = header.metadata
        self.tensors = tensors
    }

    /// The bytes of the file, tensors in the order of their names.
    /// - Throws: What `JSONEncoder` throws.
    public var serialized: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            func json(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
            var members = metadata.isEmpty ? [] : ["\"\(SafetensorsHeader.metadataKey)\":\(try json(metadata))"]
            var data: [UInt8] = []
            for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
                let range = "[\(data.count),\(data.count + tensor.bytes.count)]"
                let shape = tensor.shape.map(String.init).joined(separator: ",")
                members.append(
                    #"\#(try json(name)):{"dtype":"\#(tensor.type.rawValue.uppercased())","shape":[\#(shape)],"data_offsets":\#(range)}"#)
                data += tensor.bytes
            }
            var header = "{\(members.joined(separator: ","))}"
            header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
            return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
        }
    }
}
