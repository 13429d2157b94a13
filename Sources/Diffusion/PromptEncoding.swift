import FluxModels
import Memory
import Tensors
import Tokenizers

/// A prompt as the transformer takes it: token states `[maximumSequenceLength, jointAttentionDim]` and the pooled text
/// `[1, pooledProjectionDim]`, kept for the run.
struct PromptEncoding: Sendable {
    let states: Tensor
    let pooled: Tensor
}

/// The values of an encoded prompt, which any later run of the same model can start from.
struct EncodedPrompt: Sendable {
    let prompt: String
    let maximumSequenceLength: Int
    let states: [Float]
    let pooled: [Float]
}

extension FluxModel {
    func encode(_ prompt: String, maximumSequenceLength: Int, _ run: Run) throws -> PromptEncoding {
        let pooled = try run.phase(.clip) {
            let tokens = folder.clipTokenizer.encode(prompt)
            run.observer.noticeTruncation(tokens, encoder: "CLIP")
            let hidden = try clip(tokens.ids, run.pass)
            try checkFinite(hidden, stage: "text_encoder", run.pass)
            return try clip.pooled(hidden, ids: tokens.ids).copied(for: .conditioning, on: run.pass.backend)
        }
        let states = try run.phase(.t5) {
            let tokens = folder.t5Tokenizer.encode(prompt, maximumLength: maximumSequenceLength)
            run.observer.noticeTruncation(tokens, encoder: "T5")
            let states = try t5(tokens.ids, run.pass)
            try checkFinite(states, stage: "text_encoder_2", run.pass)
            return try states.copied(for: .conditioning, on: run.pass.backend)
        }
        return PromptEncoding(states: states, pooled: pooled)
    }

    /// - Throws: `ModelError.notFinite` naming the stage that made `x`.
    func checkFinite(_ x: Tensor, stage: @autoclosure () -> String, _ pass: ForwardPass) throws {
        if try !pass.backend.isFinite(x) { throw ModelError.notFinite(stage: stage(), type: computeType) }
    }

    /// An encoded prompt on the run's device.
    func place(_ encoded: EncodedPrompt, on backend: any Backend) throws -> PromptEncoding {
        PromptEncoding(
            states: try backend.tensor(
                encoded.states, [encoded.maximumSequenceLength, folder.t5.dModel], computeType, for: .conditioning),
            pooled: try backend.tensor(encoded.pooled, [1, folder.clip.hiddenSize], computeType, for: .conditioning))
    }
}

extension RunObserver {
    fileprivate func noticeTruncation(_ tokens: TokenSequence, encoder: String) {
        if let dropped = tokens.truncatedText { notice(.promptTruncated(encoder: encoder, limit: tokens.ids.count, dropped: dropped)) }
    }
}
