public import SystemPackage
import Tensors

/// A safetensors file with one f32 tensor, such as saved latents.
public enum TensorFile {
    /// The tensor `name` of this shape, row-major.
    /// - Throws: `WeightsError` for a file that is malformed or holds anything else.
    public static func read(_ name: String, shape: [Int], from path: FilePath) throws(WeightsError) -> [Float] {
        do throws(WeightsProblem) {
            return try floats(name, shape, MappedFile(path))
        } catch {
            throw WeightsError(component: name, problems: [error])
        }
    }

    private static func floats(_ name: String, _ shape: [Int], _ file: MappedFile) throws(WeightsProblem) -> [Float] {
        let header: SafetensorsHeader
        do throws(SafetensorsFaults) {
            header = try SafetensorsHeader(fileByteCount: file.bytes.count) { Array(file.bytes[$0]) }
        } catch {
            throw .malformed(file: file.path, fault: error.faults[0])
        }
        guard let entry = header.entries.first(where: { $0.name == name }) else {
            throw .missingTensor(file: file.path, tensor: name, expected: shape)
        }
        if let other = header.entries.first(where: { $0.name != name }) {
            throw .unknownTensor(file: file.path, tensor: other.name, found: other.shape)
        }
        if entry.type != .f32 { throw .unsupportedType(file: file.path, tensor: name, expected: [.f32], found: entry.type) }
        if entry.shape != shape { throw .wrongShape(file: file.path, tensor: name, expected: shape, found: entry.shape) }
        return stride(from: entry.bytes.lowerBound, to: entry.bytes.upperBound, by: 4).map { offset in
            Float(bitPattern: UInt32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
    }

    /// The bytes of a file with one f32 tensor.
    /// - Throws: What `JSONEncoder` throws.
    public static func serialized(_ values: [Float], name: String, shape: [Int]) throws -> [UInt8] {
        try SafetensorsContent(tensors: [name: TensorValues(values, shape: shape, type: .f32)]).serialized
    }
}
