public import ArgumentParser
public import Diffusion

extension Offload: ExpressibleByArgument {}

/// How much memory a run may use, and how.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The most memory a picture may take, such as 22.3GiB or 8GB; what is available less 2 GiB if absent.", valueName: "SIZE"),
        transform: ByteCount.init(parsing:))
    var memory: ByteCount?

    @Option(
        help:
            "What may leave memory between uses: auto (as the budget demands), none, model (a component at a time) or sequential (every block)."
    )
    var offload = Offload.auto

    var budgetByteCount: Int { memory?.value ?? MemoryPolicy.defaultBudgetByteCount }
}
