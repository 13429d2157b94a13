public import ArgumentParser
public import Diffusion
import Memory

extension Offload: ExpressibleByArgument {}

/// How much memory a run may use, and how.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The most memory of the device a picture may take, such as 22.3GiB or 8GB; what is there less 2 GiB if absent.",
            valueName: "SIZE"),
        transform: ByteCount.init(parsing:))
    var memory: ByteCount?

    @Option(
        help:
            "What may leave memory between uses: auto (as the budget demands), none, model (a component at a time) or sequential (every block)."
    )
    var offload = Offload.auto

    @Flag(
        name: .customLong("allow-tiling"),
        help: "Decode a picture that would not fit otherwise in overlapping tiles: about the same picture, and marked as such.")
    var allowsTiling = false

    var decoding: Decoding { allowsTiling ? .tiledIfNeeded(.standard) : .whole }

    func budgetByteCount(on device: any MemoryDevice) throws -> Int {
        guard let paged = device as? any PagedDevice else { return memory?.value ?? MemoryPolicy.defaultBudgetByteCount }
        guard let asked = memory?.value else { return paged.defaultBudgetByteCount }
        if let total = paged.totalByteCount, asked > total {
            throw OptionError.invalid(
                option: "--memory", value: "\(asked) bytes", expected: "at most the \(total) bytes of \(device.name)")
        }
        return asked
    }
}
