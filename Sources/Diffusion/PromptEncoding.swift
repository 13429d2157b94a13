import FluxModels
import Tensors
import Tokenizers

/// A prompt as the transformer takes it: token states `[maximumSequenceLength, jointAttentionDim]` and the pooled text
/// `[1, pooledProjectionDim]`.
struct PromptEncoding: Sendable {
    let states: Tensor
    let pooled: Tensor
}

extension FluxModel {
    func encode(_ prompt: String, maximumSequenceLength: Int, _ pass: ForwardPass, _ observer: RunObserver) throws -> PromptEncoding {
        try observer.begin(.clip)
        let clipTokens = folder.clipTokenizer.encode(prompt)
        observer.noticeTruncation(clipTokens, encoder: "CLIP")
        let hidden = try clip(clipTokens.ids, pass)
        try checkFinite(hidden, stage: "text_encoder", pass)
        // A copy, so that the other rows' memory is free again.
        let pooled = try clip.pooled(hidden, ids: clipTokens.ids).converted(to: computeType, on: pass.backend)

        try observer.begin(.t5)
        let t5Tokens = folder.t5Tokenizer.encode(prompt, maximumLength: maximumSequenceLength)
        observer.noticeTruncation(t5Tokens, encoder: "T5")
        let states = try t5(t5Tokens.ids, pass)
        try checkFinite(states, stage: "text_encoder_2", pass)
        return PromptEncoding(states: states, pooled: pooled)
    }

    /// - Throws: `ModelError.notFinite` naming the stage that made `x`.
    func checkFinite(_ x: Tensor, stage: @autoclosure () -> String, _ pass: ForwardPass) throws {
        if try !pass.backend.isFinite(x) { throw ModelError.notFinite(stage: stage(), type: computeType) }
    }
}

extension RunObserver {
    fileprivate func noticeTruncation(_ tokens: TokenSequence, encoder: String) {
        if let dropped = tokens.truncatedText { notice(.promptTruncated(encoder: encoder, limit: tokens.ids.count, dropped: dropped)) }
    }
}
