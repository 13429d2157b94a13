/// The prompts encoded last, in host memory.
struct PromptCache {
    /// Three prompts of 512 tokens for FLUX.1 in bf16; part of the room that a budget leaves a process besides its plan.
    static let byteLimit = 16 << 20
    private let byteLimit: Int
    /// The one used last comes last.
    private var entries: [(text: PromptText, prompt: EncodedPrompt)] = []

    init(byteLimit: Int = Self.byteLimit) {
        self.byteLimit = byteLimit
    }

    var byteCount: Int { entries.reduce(0) { $0 + $1.prompt.byteCount } }

    mutating func prompt(for text: PromptText) -> EncodedPrompt? {
        guard let index = entries.firstIndex(where: { $0.text == text }) else { return nil }
        entries.append(entries.remove(at: index))
        return entries[entries.count - 1].prompt
    }

    /// Those used longest ago make room; a prompt that is larger than all of it is not kept.
    mutating func keep(_ prompt: EncodedPrompt, for text: PromptText) {
        entries.removeAll { $0.text == text }
        if prompt.byteCount > byteLimit { return }
        entries.append((text, prompt))
        while byteCount > byteLimit { entries.removeFirst() }
    }
}
