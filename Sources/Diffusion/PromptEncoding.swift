import FluxModels
import Memory
import Tensors
import Tokenizers
import Weights

/// A prompt as the transformer takes it: token states `[maximumSequenceLength, jointAttentionDim]` and the pooled text
/// `[1, pooledProjectionDim]`, kept for the run.
struct PromptEncoding: Sendable {
    let states: Tensor
    let pooled: Tensor
}

/// A prompt as the text encoders take it.
struct PromptTokens: Sendable {
    let clip, t5: [Int32]
}

extension FluxNetworks {
    func encode(_ tokens: PromptTokens, _ run: Run) throws -> PromptEncoding {
        let pooled = try run.phase(.clip) {
            let hidden = try clip(tokens.clip, run.pass)
            try checkFinite(hidden, stage: "text_encoder", run.pass)
            return try clip.pooled(hidden, ids: tokens.clip).copied(for: .conditioning, on: run.pass.backend)
        }
        let states = try run.phase(.t5) {
            let states = try t5(tokens.t5, run.pass)
            try checkFinite(states, stage: "text_encoder_2", run.pass)
            return try states.copied(for: .conditioning, on: run.pass.backend)
        }
        return PromptEncoding(states: states, pooled: pooled)
    }

    /// - Throws: `ModelError.notFinite` naming the stage that made `x`.
    func checkFinite(_ x: Tensor, stage: @autoclosure () -> String, _ pass: ForwardPass) throws {
        if try !pass.backend.isFinite(x) { throw ModelError.notFinite(stage: stage(), type: computeType) }
    }
}

extension FluxModel {
    /// The prompt in tokens; what does not fit is told.
    func tokens(of request: GenerationRequest, _ observer: RunObserver) -> PromptTokens {
        let clip = folder.clipTokenizer.encode(request.prompt)
        observer.noticeTruncation(clip, encoder: "CLIP")
        let t5 = folder.t5Tokenizer.encode(request.prompt, maximumLength: request.maximumSequenceLength)
        observer.noticeTruncation(t5, encoder: "T5")
        return PromptTokens(clip: clip.ids, t5: t5.ids)
    }
}

extension EncodedPrompt {
    /// Copies an encoding to the host.
    init(_ encoding: PromptEncoding, on backend: any Backend) throws {
        func values(_ x: Tensor) throws -> TensorValues {
            TensorValues(try backend.download(x), shape: [x.rows, x.columns], type: x.type)
        }
        self.init(states: try values(encoding.states), pooled: try values(encoding.pooled))
    }

    /// The encoding on the run's device.
    func placed(on backend: any Backend) throws -> PromptEncoding {
        func tensor(_ x: TensorValues) throws -> Tensor { try backend.tensor(x.floats, x.shape, x.type, for: .conditioning) }
        return PromptEncoding(states: try tensor(states), pooled: try tensor(pooled))
    }
}

extension RunObserver {
    fileprivate func noticeTruncation(_ tokens: TokenSequence, encoder: String) {
        if let dropped = tokens.truncatedText { notice(.promptTruncated(encoder: encoder, limit: tokens.ids.count, dropped: dropped)) }
    }
}
