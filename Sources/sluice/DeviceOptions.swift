import ArgumentParser
import Tensors

/// Where to compute, and in which arithmetic.
struct DeviceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("auto, cpu or cuda[:N].", valueName: "DEVICE"))
    var device = "auto"

    @Option(help: ArgumentHelp("bf16 or f32; what the device computes fast in if absent.", valueName: "TYPE"))
    var dtype: String?

    func elementType(on backend: any Backend) throws -> ElementType {
        guard let dtype else { return backend.computeTypes[0] }
        guard let type = ElementType(rawValue: dtype), backend.computeTypes.contains(type) else {
            let available = backend.computeTypes.map(\.rawValue).joined(separator: " or ")
            throw OptionError.invalid(option: "--dtype", value: dtype, expected: "\(available) on this device")
        }
        return type
    }
}
