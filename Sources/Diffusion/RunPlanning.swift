import FluxModels
import Memory
import Tensors

extension FluxModel {
    /// What drawing `request` needs, learnt by running it on an engine that computes nothing.
    /// - Parameter encodes: Whether the prompt has to be encoded.
    func needs(of request: GenerationRequest, encodes: Bool, on backend: any Backend) throws -> RunNeeds {
        let recorder = RunRecorder(for: backend)
        let model = leased(from: recorder, on: recorder.backend)
        let run = Run(pass: ForwardPass(on: recorder.backend), memory: recorder, observer: RunObserver { _ in })
        let layout = folder.latentLayout(width: request.width, height: request.height)
        var request = request
        request.initialLatents = [Float](repeating: 0, count: layout.count)
        let prompt =
            encodes
            ? try model.encode(request.prompt, maximumSequenceLength: request.maximumSequenceLength, run)
            : PromptEncoding(
                states: try recorder.backend.empty(
                    [request.maximumSequenceLength, folder.t5.dModel], computeType, for: .conditioning),
                pooled: try recorder.backend.empty([1, folder.clip.hiddenSize], computeType, for: .conditioning))
        _ = try TextToImage(model: model, request: request, run: run).draw(prompt)
        return recorder.needs
    }
}
