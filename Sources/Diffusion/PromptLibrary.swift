import FluxModels
import Tensors
import Weights

/// Encoded prompts from picture to picture: the last ones in memory, and all of them in a store where there is one.
struct PromptLibrary {
    private var cache = PromptCache()
    private let store: (any PromptStore)?
    /// Of the engine's model, as it was when it was opened.
    private var encoders: EncoderIdentity?

    init(store: (any PromptStore)?) {
        self.store = store
    }

    /// Remembers what the encoders are; to be called when the model has just been opened.
    /// - Throws: `Errno` of a file that cannot be read.
    mutating func open(_ model: FluxModel, on backend: any Backend) throws {
        if store != nil { encoders = try EncoderIdentity(model, on: backend) }
    }

    /// The prompt, if it was encoded before. What is wrong with the store is told, and costs time only.
    mutating func prompt(_ text: PromptText, _ model: FluxModel, _ observer: RunObserver) -> (prompt: EncodedPrompt, source: PromptSource)?
    {
        if let prompt = cache.prompt(for: text) { return (prompt, .memory) }
        guard let store, let key = key(text, model) else { return nil }
        do {
            guard let prompt = try store.prompt(for: key) else { return nil }
            cache.keep(prompt, for: text)
            return (prompt, .store)
        } catch {
            observer.notice(.storedPromptIgnored(reason: "\(error)"))
            return nil
        }
    }

    /// Keeps a prompt that was encoded just now.
    mutating func keep(_ prompt: EncodedPrompt, for text: PromptText, _ model: FluxModel, on backend: any Backend, _ observer: RunObserver)
    {
        cache.keep(prompt, for: text)
        guard let store, let key = key(text, model) else { return }
        do {
            // An engine may outlive the files it opened: what it encodes with is then no longer what the folder holds.
            if try EncoderIdentity(model, on: backend) != encoders {
                observer.notice(.promptNotStored(reason: "the text encoders' files have changed since they were opened"))
                return
            }
            try store.keep(prompt, for: key)
        } catch { observer.notice(.promptNotStored(reason: "\(error)")) }
    }

    private func key(_ text: PromptText, _ model: FluxModel) -> PromptKey? {
        encoders.map {
            PromptKey(
                text: text, encoders: $0.digest, type: model.computeType,
                statesShape: [text.maximumSequenceLength, model.folder.t5.dModel], pooledShape: [1, model.folder.clip.hiddenSize])
        }
    }
}
