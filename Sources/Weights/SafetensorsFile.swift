public import SystemPackage
import Tensors

/// One safetensors file as values: for tensors that people exchange, such as latents. Weights go through `WeightStore`.
public struct SafetensorsFile: Equatable, Sendable {
    public struct Values: Equatable, Sendable {
        public let shape: [Int]
        /// Row-major, as many as the shape's product.
        public let elements: [Float]

        public init(shape: [Int], elements: [Float]) {
            precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements for shape \(shape)")
            self.shape = shape
            self.elements = elements
        }
    }

    public let tensors: [String: Values]

    public init(tensors: [String: Values]) {
        self.tensors = tensors
    }

    /// Reads a file of f32, f16 and bf16 tensors.
    /// - Throws: `WeightsError` naming the file for one that is malformed, or holds other types.
    public init(_ path: FilePath) throws(WeightsError) {
        do throws(WeightsProblem) {
            let file = try MappedFile(path)
            tensors = try Self.tensors(in: file)
        } catch {
            throw WeightsError(component: path.lastComponent?.string ?? path.string, problems: [error])
        }
    }

    private static func tensors(in file: MappedFile) throws(WeightsProblem) -> [String: Values] {
        var tensors: [String: Values] = [:]
        for entry in try header(of: file).entries {
            guard let type = entry.type.elementType else {
                throw .unsupportedType(file: file.path, tensor: entry.name, expected: ElementType.allCases, found: entry.type)
            }
            let bytes = file.bytes[entry.bytes]
            let elements = stride(from: bytes.startIndex, to: bytes.endIndex, by: type.byteCount).map { offset in
                // The format's numbers are little-endian.
                let bits = (0..<type.byteCount).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
                return type.value(of: bits)
            }
            tensors[entry.name] = Values(shape: entry.shape, elements: elements)
        }
        return tensors
    }

    private static func header(of file: MappedFile) throws(WeightsProblem) -> SafetensorsHeader {
        do throws(SafetensorsFaults) {
            return try SafetensorsHeader(fileByteCount: file.bytes.count) { [UInt8](file.bytes[$0]) }
        } catch {
            throw .malformed(file: file.path, fault: error.faults[0])
        }
    }

    /// The file's bytes, tensors in f32 ordered by name.
    public var bytes: [UInt8] {
        var header = ""
        var data: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let begin = data.count
            for value in tensor.elements { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
            header += header.isEmpty ? "" : ","
            header += "\(name.jsonQuoted):{\"dtype\":\"F32\",\"shape\":\(tensor.shape),\"data_offsets\":[\(begin),\(data.count)]}"
        }
        // Spaces bring the tensors to a multiple of eight, as the format's own writer does.
        let json = "{\(header)}"
        let padded = Array(json.utf8) + Array(repeating: UInt8(ascii: " "), count: (8 - json.utf8.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(padded.count).littleEndian) { Array($0) } + padded + data
    }
}

extension ElementType {
    /// The number that an element's bits stand for.
    fileprivate func value(of bits: UInt32) -> Float {
        switch self {
        case .f32: Float(bitPattern: bits)
        case .f16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
        case .bf16: Float(bitPattern: bits << 16)
        }
    }
}

extension String {
    /// As a JSON string (RFC 8259, section 7).
    fileprivate var jsonQuoted: String {
        let escaped = unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\u{0}"..."\u{1F}": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
