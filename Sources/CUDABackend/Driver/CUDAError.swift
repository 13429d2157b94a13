/// Why a device of NVIDIA's could not do what it was asked for.
public enum CUDAError: Error, Equatable, Sendable {
    /// A library is in none of the places where it is looked for.
    case libraryMissing(CUDALibraryName)
    /// A library is there and lacks a call: it is too old.
    case callMissing(call: String, path: String)
    /// There is no device with this number.
    case noDevice(ordinal: Int, count: Int)
    /// The device cannot do something that Sluice is built on.
    case unsupported(device: String, feature: String)
    /// A call failed: its code, and the driver's name and words for it.
    case callFailed(call: String, code: Int32, name: String, text: String)
    /// A kernel's source does not compile for the device.
    case compilationFailed(source: String, architecture: String, log: String)
    /// There is no kernel of this name in the sources.
    case kernelMissing(name: String)
    /// cuBLASLt knows no way to compute a product of this shape within the workspace.
    case noAlgorithm(product: String, workspaceByteCount: Int)
}

/// The libraries that are opened at run time.
public enum CUDALibraryName: String, CaseIterable, Sendable {
    case driver = "libcuda"
    case compiler = "libnvrtc"
    case products = "libcublasLt"

    /// What brings the library.
    public var source: String {
        switch self {
        case .driver: "NVIDIA's display driver"
        case .compiler: "`make setup-cuda`, or the PyPI package nvidia-cuda-nvrtc-cu12, or a CUDA toolkit"
        case .products: "`make setup-cuda`, or the PyPI package nvidia-cublas-cu12, or a CUDA toolkit"
        }
    }
}

extension CUDAError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .libraryMissing(let library): "\(library.rawValue) is not here; it comes with \(library.source)"
        case .callMissing(let call, let path): "\(path) is too old: it has no \(call)"
        case .noDevice(let ordinal, 0): "there is no device cuda:\(ordinal): the driver finds none"
        case .noDevice(let ordinal, let count): "there is no device cuda:\(ordinal), only cuda:0 to cuda:\(count - 1)"
        case .unsupported(let device, let feature): "\(device) has no \(feature)"
        case .callFailed(let call, let code, let name, let text): "\(call) failed: \(text) (\(name), \(code))"
        case .compilationFailed(let source, let architecture, let log): "\(source) does not compile for \(architecture):\n\(log)"
        case .kernelMissing(let name): "the sources have no kernel \(name)"
        case .noAlgorithm(let product, let byteCount): "cuBLASLt cannot compute \(product) with \(byteCount) bytes of workspace"
        }
    }
}
