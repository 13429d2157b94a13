import ArgumentParser
import Diffusion
import Memory
import Postcards
import SystemPackage
import Tensors

/// Which model runs, where, and in which arithmetic.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("FLUX.1 folder in the diffusers layout; the embedded Postcards model if absent.", valueName: "DIR"))
    var model: String?

    @OptionGroup var computing: DeviceOptions

    var modelFolder: FilePath { get throws { try model.map { FilePath($0) } ?? Postcards.folder } }

    /// - Parameter isQuiet: whether nothing is said about a choice of devices.
    func makeEngine(_ memory: MemoryOptions, promptStore: (any PromptStore)? = nil, isQuiet: Bool = false) throws -> Engine {
        let choice = try DeviceChoice(computing.device)
        if let note = choice.note, !isQuiet { StandardError.write("sluice: \(note)\n") }
        let budget = try memory.budgetByteCount(on: choice.backend.device)
        return Engine(
            model: try modelFolder, computeType: try computing.elementType(on: choice.backend),
            policy: .budget(byteCount: budget, offload: memory.offload), promptStore: promptStore, on: choice.backend)
    }

    /// Plans pictures of the model, or of a published one that need not be here, for this machine or for a device by its profile.
    func makePlanner(like published: PublishedModel?, on profile: DeviceProfile?) throws -> RunPlanner {
        if published != nil, model != nil { throw OptionError.conflict("--like", with: "--model", reason: "both say what to plan") }
        let (backend, type) = try plannedBackend(profile)
        let context = profile?.contextBytes ?? (backend.device as? any PagedDevice)?.contextByteCount ?? 0
        if let published {
            let files = published.configurations(doubleBlocks: 19, singleBlocks: 38, tinyT5: false)
            return RunPlanner(
                onPaper: try FluxConfigurations(files, of: FilePath(published.rawValue)), computeType: type,
                contextByteCount: context, profile: profile, on: backend)
        }
        let model = try FluxModel(modelFolder, computeType: type, retainedByteCount: 0, on: backend)
        return RunPlanner(model, contextByteCount: context, profile: profile, on: backend)
    }

    private func plannedBackend(_ profile: DeviceProfile?) throws -> (any Backend, ElementType) {
        guard let profile else {
            let backend = try DeviceChoice(computing.device).backend
            return (backend, try computing.elementType(on: backend))
        }
        if computing.device != "auto" { throw OptionError.conflict("--device", with: "--profile", reason: "both say what to plan for") }
        if let dtype = computing.dtype, dtype != ElementType.bf16.rawValue {
            throw OptionError.unavailable(option: "--dtype", value: dtype, reason: "rates of profiles are those of bf16")
        }
        return (NullBackend(workspaceByteCount: profile.workspaceBytes), .bf16)
    }
}
