internal import SystemPackage

/// Special tokens with their final ids.
struct ResolvedTokens {
    private(set) var tokens: [(token: SpecialToken, id: Int32)] = []
    /// One more than the largest id.
    private(set) var idCount: Int
    private let file: FilePath
    private let vocabularyCount: Int

    /// Looks the tokens up in a vocabulary of `count` ids; those it lacks get the next ids in their order.
    ///
    /// - Throws: `TokenizerError.conflictingIDs` if that differs from a token's declared id.
    init(_ tokens: [SpecialToken], vocabulary: PieceTable, count: Int, file: FilePath) throws(TokenizerError) {
        self.file = file
        vocabularyCount = count
        idCount = count
        for token in tokens {
            let known = vocabulary[Array(token.content.utf8)[...]]
            let id = known ?? Int32(idCount)
            if known == nil { idCount += 1 }
            if let declared = token.declaredID, declared != Int(id) {
                throw .conflictingIDs(file: file, token: token.content, declared: declared, vocabulary: Int(id))
            }
            self.tokens.append((token, id))
        }
    }

    /// The id of a token that the tokenizer cannot do without.
    ///
    /// - Throws: `TokenizerError.missingToken` if neither the vocabulary nor a declaration has it.
    func id(_ token: SpecialToken, role: String) throws(TokenizerError) -> Int32 {
        guard let entry = tokens.first(where: { $0.token.content == token.content }),
            entry.token.declaredID != nil || Int(entry.id) < vocabularyCount
        else { throw .missingToken(file: file, token: token.content, role: role) }
        return entry.id
    }
}
