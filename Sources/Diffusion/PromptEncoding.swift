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
    func encode(_ prompt: String, maximumSequenceLength: Int, _ run: Run) throws -> PromptEncoding {
        let clip = folder.clipTokenizer.encode(prompt)
        run.observer.noticeTruncation(clip, encoder: "CLIP")
        let t5 = folder.t5Tokenizer.encode(prompt, maximumLength: maximumSequenceLength)
        run.observer.noticeTruncation(t5, encoder: "T5")
        return try networks.encode(PromptTokens(clip: clip.ids, t5: t5.ids), run)
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
