import Memory
import Tensors
import Testing

struct TensorTests {
    private let backend = NullBackend()

    @Test
    func `rows and columns of a matrix are views of its memory`() throws {
        let matrix = try backend.empty([6, 10], .bf16)
        let view = matrix.rows(2..<5).columns(3..<7)
        #expect(view.shape == [3, 4])
        #expect(view.rowStride == 10)
        #expect(view.byteOffset == (2 * 10 + 3) * 2)
        #expect(view.storage === matrix.storage)
        #expect(!view.isContiguous)
        #expect(view.rows(1..<2).isContiguous)
    }

    @Test
    func `all axes but the last fold into rows`() throws {
        let image = try backend.empty([2, 3, 4], .f32)
        #expect((image.rows, image.columns, image.elementCount) == (6, 4, 24))
        #expect(image.reshaped(6, 4).shape == [6, 4])
        #expect(image.rows(1..<3).shape == [2, 4])
    }

    @Test
    func `chunks are equal parts of the columns, in order`() throws {
        let parts = try backend.empty([2, 6], .f32).chunked(3)
        #expect(parts.map(\.shape) == [[2, 2], [2, 2], [2, 2]])
        #expect(parts.map(\.byteOffset) == [0, 8, 16])
    }

    @Test
    func `storage returns to the ledger with the last view of it`() throws {
        var tensor: Tensor? = try backend.empty([4, 4], .f32, for: .weights)
        var view = tensor?.rows(0..<1)
        #expect(backend.device.ledger.reading.byteCounts[.weights] == 64)
        tensor = nil
        #expect(view?.columns == 4)
        #expect(backend.device.ledger.reading.byteCounts[.weights] == 64)
        view = nil
        #expect(backend.device.ledger.reading.byteCounts[.weights] == 0)
    }
}
