import Tensors

extension Tensor {
    /// The element at a row and column of the matrix that the tensor folds into.
    subscript(row: Int, column: Int) -> Double {
        get {
            let address = elementAddress(row, column)
            switch type {
            case .f32: return Double(address.load(as: Float.self))
            case .f16: return Double(HalfPrecision.value(address.load(as: UInt16.self)))
            case .bf16: return Double(Float(bitPattern: UInt32(address.load(as: UInt16.self)) << 16))
            }
        }
        nonmutating set {
            let address = elementAddress(row, column)
            switch type {
            case .f32: address.storeBytes(of: Float(newValue), as: Float.self)
            case .f16: address.storeBytes(of: HalfPrecision.bits(newValue), as: UInt16.self)
            case .bf16: address.storeBytes(of: BrainFloat.bits(newValue), as: UInt16.self)
            }
        }
    }

    /// The element at a row-major position.
    subscript(position: Int) -> Double { self[position / columns, position % columns] }

    /// All elements, row-major.
    var elements: [Double] {
        var elements: [Double] = []
        elements.reserveCapacity(elementCount)
        for row in 0..<rows {
            for column in 0..<columns { elements.append(self[row, column]) }
        }
        return elements
    }

    private func elementAddress(_ row: Int, _ column: Int) -> UnsafeMutableRawPointer {
        guard let address else { preconditionFailure("the reference backend needs memory that the host can address") }
        return address + (row * rowStride + column) * type.byteCount
    }

    /// Writes `value(row, column)` to every element.
    func fill(_ value: (Int, Int) -> Double) {
        for row in 0..<rows {
            for column in 0..<columns { self[row, column] = value(row, column) }
        }
    }
}
