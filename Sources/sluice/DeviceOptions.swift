import ArgumentParser
import CPUBackend
import Tensors

/// Where to compute, and in which arithmetic. The only place that names a backend.
struct DeviceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("auto, cpu or cuda[:N].", valueName: "DEVICE"))
    var device = "auto"

    @Option(help: ArgumentHelp("bf16 or f32; what the device computes fast in if absent.", valueName: "TYPE"))
    var dtype: String?

    func makeBackend() throws -> any Backend {
        try requireCPU()
        return CPUBackend()
    }

    private func requireCPU() throws {
        if device == "auto" || device == "cpu" { return }
        let parts = device.split(separator: ":", omittingEmptySubsequences: false)
        if parts.first == "cuda", parts.count == 1 || (parts.count == 2 && Int(parts[1]) != nil) {
            throw OptionError.unavailable(option: "--device", value: device, reason: "this build has no CUDA backend; use --device cpu")
        }
        throw OptionError.invalid(option: "--device", value: device, expected: "auto, cpu or cuda[:N]")
    }

    func elementType(on backend: any Backend) throws -> ElementType {
        guard let dtype else { return backend.computeTypes[0] }
        guard let type = ElementType(rawValue: dtype), backend.computeTypes.contains(type) else {
            let available = backend.computeTypes.map(\.rawValue).joined(separator: " or ")
            throw OptionError.invalid(option: "--dtype", value: dtype, expected: "\(available) on this device")
        }
        return type
    }
}
