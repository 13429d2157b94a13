import CKernels
import Tensors

extension Tensor {
    /// Address of element 0 in the host's memory.
    var hostAddress: UnsafeMutableRawPointer {
        guard let address else { preconditionFailure("the CPU backend needs memory that the host can address") }
        return address
    }

    var matrix: KernelMatrix { KernelMatrix(address: hostAddress, stride: rowStride) }
}

extension ElementType {
    var kernelType: KernelType {
        switch self {
        case .f32: KernelTypeF32
        case .f16: KernelTypeF16
        case .bf16: KernelTypeBF16
        }
    }
}

extension Activation {
    var kernelActivation: KernelActivation {
        switch self {
        case .none: KernelActivationNone
        case .geluTanh: KernelActivationGELUTanh
        case .quickGELU: KernelActivationQuickGELU
        case .silu: KernelActivationSiLU
        }
    }
}

extension CPUBackend {
    /// The kernels' name for a type to compute in.
    /// - Throws: `TensorError.unsupported` for f16, which CPUs only store.
    func computeType(_ operation: String, _ type: ElementType) throws(TensorError) -> KernelType {
        if type == .f16 { throw .unsupported(backend: name, operation: operation, type: type) }
        return type.kernelType
    }
}
