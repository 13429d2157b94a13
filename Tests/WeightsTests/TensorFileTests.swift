import SystemPackage
import Tensors
import TestFixtures
import Testing

@testable import Weights

struct TensorFileTests {
    private let folder: TemporaryFolder
    private let path: FilePath

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path.appending("latents.safetensors")
    }

    @Test(arguments: ["x", "latents", "a longer name"]) func `a tensor reads back as it was written`(name: String) throws {
        let values: [Float] = [0, -0.0, .infinity, -.leastNonzeroMagnitude, .pi, .greatestFiniteMagnitude]
        let bytes = try TensorFile.serialized(values, name: name, shape: [1, 2, 3])
        try folder.write(bytes, "latents.safetensors")
        let read = try TensorFile.read(name, shape: [1, 2, 3], from: path)
        #expect(read.map(\.bitPattern) == values.map(\.bitPattern))
        #expect((bytes.count - 4 * values.count).isMultiple(of: 8))
    }

    @Test func `anything but the one tensor is refused`() throws {
        func expect(_ problem: WeightsProblem, _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws {
            try folder.write(bytes, "latents.safetensors")
            #expect(throws: WeightsError(component: "x", problems: [problem]), sourceLocation: sourceLocation) {
                try TensorFile.read("x", shape: [2], from: path)
            }
        }
        let x = SafetensorsBytes.Source("x", .f32, [2], [1, 2])
        try expect(.missingTensor(file: path, tensor: "x", expected: [2]), SafetensorsBytes.file([]))
        try expect(.unknownTensor(file: path, tensor: "y", found: [0]), SafetensorsBytes.file([x, .init("y", "U8", [0], [])]))
        try expect(.wrongShape(file: path, tensor: "x", expected: [2], found: [1]), SafetensorsBytes.file([.init("x", .f32, [1], [1])]))
        let half = SafetensorsBytes.file([.init("x", .f16, [2], [1, 2])])
        try expect(.unsupportedType(file: path, tensor: "x", expected: [.f32], found: .f16), half)
        try expect(.malformed(file: path, fault: .noHeader(fileByteCount: 3)), [1, 2, 3])
    }

    @Test func `a tensor at an odd address is read`() throws {
        try folder.write(SafetensorsBytes.file([.init("x", .f32, [2], [1, 2])], headerPadding: 3), "latents.safetensors")
        #expect(try TensorFile.read("x", shape: [2], from: path) == [1, 2])
    }
}
