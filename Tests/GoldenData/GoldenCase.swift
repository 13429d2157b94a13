import FoundationEssentials
public import SystemPackage
public import Testing

@testable import Weights

/// One configuration under `Tests/Golden`: a tiny model folder, and the tensors of every stage from the published pipeline.
public struct GoldenCase: Sendable, CustomTestStringConvertible {
    public let name: String
    public let facts: Facts
    public var testDescription: String { name }

    /// `golden.json`.
    public struct Facts: Decodable, Sendable {
        public struct Request: Decodable, Sendable {
            public let prompt: String
            public let width, height, steps, maxSequenceLength: Int
            public let guidance: Float
            public let seed: String
        }
        public let request: Request
        public let clipIds, t5Ids: [Int32]
        public let mu: Double?
        public let bf16LatentsRelativeL2: Double
    }

    public static let all: [GoldenCase] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.string)) ?? []
        let cases = names.sorted().compactMap { name in
            (try? json(Facts.self, root.appending(name).appending("golden.json"))).map { GoldenCase(name: name, facts: $0) }
        }
        precondition(cases.count >= 6, "golden cases are missing under \(root)")
        return cases
    }()

    public var model: FilePath { Self.root.appending(name).appending("model") }

    /// The tensor `key` of any type as f32, row-major.
    public func tensor(_ key: String) throws -> [Float] {
        try Self.tensor(key, in: Self.root.appending(name).appending("golden.safetensors"))
    }

    /// `Tests/Golden`.
    public static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().appending("Golden")

    public static func json<Value: Decodable>(_ type: Value.Type, _ file: FilePath) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: URL(filePath: file.string)))
    }

    private static func tensor(_ key: String, in path: FilePath) throws -> [Float] {
        let file = try MappedFile(path)
        let header = try SafetensorsHeader(fileByteCount: file.bytes.count) { Array(file.bytes[$0]) }
        let entry = try #require(header.entries.first { $0.name == key }, "\(path) has no tensor \(key)")
        let bytes = file.bytes[entry.bytes]
        func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
            stride(from: bytes.startIndex, to: bytes.endIndex, by: MemoryLayout<Element>.size).map {
                file.bytes.loadUnaligned(fromByteOffset: $0, as: type)
            }
        }
        switch entry.type {
        case .f32: return elements(Float.self)
        case .bf16: return elements(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
        case .u8: return elements(UInt8.self).map(Float.init)
        case .i32: return elements(Int32.self).map(Float.init)
        default: throw SafetensorsFault.unknownType(tensor: key, found: entry.type.rawValue)
        }
    }
}
