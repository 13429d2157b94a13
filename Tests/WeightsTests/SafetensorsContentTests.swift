import Tensors
import Testing
import Weights

struct SafetensorsContentTests {
    private static let values: [Float] = [0, -0.0, 1.5, -.pi, 65504, 1e-8]

    @Test(arguments: ElementType.allCases) func `tensors and texts read back as they were written`(type: ElementType) throws {
        let tensor = TensorValues(Self.values, shape: [2, 3], type: type)
        #expect(tensor.floats.map(\.bitPattern) == Self.values.map { $0.rounded(to: type).bitPattern })
        let content = SafetensorsContent(
            metadata: ["prompt": "a \"red\"\n\u{0}\\ ünï/cödé 🏠"], tensors: ["b": tensor, "a\"": TensorValues([1], shape: [1], type: .f32)])
        let bytes = try content.serialized
        #expect(try SafetensorsContent(bytes) == content)
        #expect(try bytes == content.serialized)
    }

    @Test func `a file cut at any byte is refused`() throws {
        let bytes = try SafetensorsContent(tensors: ["x": TensorValues(Self.values, shape: [6], type: .bf16)]).serialized
        for count in 0..<bytes.count { #expect(throws: SafetensorsFault.self) { try SafetensorsContent(Array(bytes.prefix(count))) } }
    }
}
