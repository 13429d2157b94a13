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

    @OptionGroup var device: DeviceOptions

    var modelFolder: FilePath { get throws { try model.map { FilePath($0) } ?? Postcards.folder } }

    func makeEngine(_ policy: MemoryPolicy) throws -> Engine {
        let backend = try device.makeBackend()
        return Engine(model: try modelFolder, computeType: try device.elementType(on: backend), policy: policy, on: backend)
    }

    /// Plans pictures of the model, or of a published one that need not be here, for this machine or for a device by its profile.
    func makePlanner(like published: PublishedModel?, on profile: DeviceProfile?) throws -> RunPlanner {
        if published != nil, model != nil { throw OptionError.conflict("--like", with: "--model", reason: "both say what to plan") }
        let (backend, type) = try plannedBackend(profile)
        if let published {
            let files = published.configurations(doubleBlocks: 19, singleBlocks: 38, tinyT5: false)
            return RunPlanner(
                onPaper: try FluxConfigurations(files, of: FilePath(published.rawValue)), computeType: type,
                contextByteCount: profile?.contextBytes ?? MemoryPolicy.processByteCount, profile: profile, on: backend)
        }
        let model = try FluxModel(modelFolder, computeType: type, retainedByteCount: 0, on: backend)
        return RunPlanner(model, contextByteCount: profile?.contextBytes ?? MemoryPolicy.processByteCount, profile: profile, on: backend)
    }

    private func plannedBackend(_ profile: DeviceProfile?) throws -> (any Backend, ElementType) {
        guard let profile else {
            let backend = try device.makeBackend()
            return (backend, try device.elementType(on: backend))
        }
        if device.device != "auto" { throw OptionError.conflict("--device", with: "--profile", reason: "both say what to plan for") }
        if let dtype = device.dtype, dtype != ElementType.bf16.rawValue {
            throw OptionError.unavailable(option: "--dtype", value: dtype, reason: "rates of profiles are those of bf16")
        }
        return (NullBackend(workspaceByteCount: profile.workspaceBytes), .bf16)
    }
}
