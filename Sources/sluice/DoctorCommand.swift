import ArgumentParser
import CPUBackend
import Diffusion
import FluxModels
import Memory
import Postcards
import SystemPackage
import Tensors
import Weights

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Says what is here, what is missing, and what to do about it.")

    @Option(help: ArgumentHelp("Also check this FLUX.1 folder.", valueName: "DIR")) var model: String?

    func run() throws {
        print("sluice \(Sluice.version)")
        let backend = CPUBackend()
        row("processor", "\(backend)")
        row("memory", "\(ProgressLine.bytes(HostMemory.availableByteCount)) available")
        row("dtype", "\(backend.computeTypes[0].rawValue) by default" + (backend.hasFastBF16 ? "" : ": this processor has no fast bf16"))
        let cuda = CUDAReport()
        for (label, text) in cuda.rows { row(label, text) }
        row("device", "pictures are drawn on " + (cuda.isUsable ? "cuda:0" : "the processor") + " unless --device says otherwise")
        try check("postcards", Postcards.folder, backend)
        if let model { try check("model", FilePath(model), backend) }
    }

    /// - Throws: `ModelError` with everything that is wrong with the folder.
    private func check(_ label: String, _ folder: FilePath, _ backend: CPUBackend) throws {
        let model = try FluxModel(folder, computeType: backend.computeTypes[0], retainedByteCount: 0, on: backend)
        let transformer = model.folder.transformer
        let byteCount = model.stores.reduce(0) { $0 + $1.byteCount }
        row(
            label,
            "usable: \(transformer.numLayers) + \(transformer.numSingleLayers) blocks, \(ProgressLine.bytes(byteCount)) of weights, \(folder)"
        )
        for store in model.stores {
            for warning in store.warnings { row("", "\(warning)") }
        }
    }

    private func row(_ label: String, _ text: String) {
        print(label + String(repeating: " ", count: max(1, 11 - label.count)) + text)
    }
}
