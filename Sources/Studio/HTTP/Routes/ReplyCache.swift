import Synchronization

/// JSON that stays as it is until something in the store changes: pages that many clients ask for are read and written once.
final class ReplyCache: Sendable {
    private static let limit = 32

    private struct State {
        var revision = -1
        var texts: [String: [UInt8]] = [:]
    }

    private let state = Mutex(State())

    /// - Parameters:
    ///   - question: What the JSON answers.
    ///   - revision: Of the store, read before.
    func json(_ question: String, at revision: Int, _ make: () async throws -> some Encodable) async throws -> [UInt8] {
        let kept = state.withLock { $0.revision == revision ? $0.texts[question] : nil }
        if let kept { return kept }
        let text = try WireFormat.encode(try await make())
        state.withLock { state in
            if state.revision < revision || state.texts.count == Self.limit { state.texts.removeAll() }
            state.revision = max(state.revision, revision)
            if state.revision == revision { state.texts[question] = text }
        }
        return text
    }
}
