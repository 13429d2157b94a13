import CPUBackend
import CUDABackend
import Memory
import Tensors

/// The engine that `--device` means: the only place that names a backend.
struct DeviceChoice {
    let backend: any Backend
    /// What became of a choice that was left to Sluice; `nil` where there was none to make.
    let note: String?

    /// The same with its matrix products left to the device's library.
    var library: any Backend { (backend as? CPUBackend)?.leavingProductsToLibrary ?? backend }

    /// - Throws: `OptionError` for what names no device; what keeps a named device from being used.
    init(_ option: String) throws {
        let parts = option.split(separator: ":", omittingEmptySubsequences: false)
        switch (parts[0], parts.count, parts.count == 2 ? Int(parts[1]) : 0) {
        case ("cpu", 1, _): (backend, note) = (CPUBackend(), nil)
        case ("cuda", 1...2, let ordinal?) where ordinal >= 0: (backend, note) = (try Self.cuda(ordinal), nil)
        case ("auto", 1, _): (backend, note) = Self.automatic()
        default: throw OptionError.invalid(option: "--device", value: option, expected: "auto, cpu or cuda[:N]")
        }
    }

    /// The first CUDA device, or the processor where there is none or it cannot be used.
    private static func automatic() -> (any Backend, String?) {
        do {
            let backend = try cuda(0)
            return (backend, "drawing on cuda:0, \(backend.engine.properties.name)")
        } catch CUDAError.libraryMissing(.driver), CUDAError.noDevice {
            return (CPUBackend(), nil)
        } catch {
            return (CPUBackend(), "drawing on the processor: cuda:0 cannot be used: \(error)")
        }
    }

    private static func cuda(_ ordinal: Int) throws -> CUDABackend {
        let engine = try CUDAEngine(ordinal: ordinal)
        return CUDABackend(engine: engine, device: CUDADevice(engine))
    }
}
