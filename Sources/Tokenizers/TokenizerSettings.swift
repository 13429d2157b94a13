internal import StrictJSON
internal import SystemPackage

/// What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say about a tokenizer.
struct TokenizerSettings {
    /// The part that a special token plays.
    enum Role: String, CaseIterable {
        case beginning = "bos_token"
        case end = "eos_token"
        case unknown = "unk_token"
        case padding = "pad_token"
    }

    let path: FilePath
    let values: JSONValue
    /// Tokens by their content, with the flags and ids that the files declare.
    private(set) var declared: [String: SpecialToken] = [:]
    private var roles: [Role: SpecialToken] = [:]
    private var extra: [SpecialToken] = []

    /// Reads the settings of a tokenizer folder, of which each file is optional.
    ///
    /// The two older files count only where `tokenizer_config.json` has no `added_tokens_decoder`, the rule of their writers.
    ///
    /// - Throws: `TokenizerError`.
    init(folder: FilePath) throws(TokenizerError) {
        path = folder.appending("tokenizer_config.json")
        values = try Self.read(path) ?? .object([])
        try readRoles(values, file: path)
        if let decoder = values["added_tokens_decoder"] {
            try declare(decoder)
        } else {
            let map = folder.appending("special_tokens_map.json")
            if let values = try Self.read(map) { try readRoles(values, file: map) }
            let added = folder.appending("added_tokens.json")
            if let values = try Self.read(added) { try declareAdded(values, file: added) }
        }
    }

    var declaresTokens: Bool { values["added_tokens_decoder"] != nil }

    /// Adds the `added_tokens` of a `tokenizer.json`, which count unless the settings declare tokens themselves.
    mutating func declare(_ tokens: [SpecialToken]) {
        guard !declaresTokens else { return }
        for token in tokens { declared[token.content] = token }
    }

    func token(_ role: Role, default content: String) -> SpecialToken {
        let token = roles[role] ?? SpecialToken(content: content)
        return declared[token.content] ?? token
    }

    /// All special tokens: the declared ones in the order of their ids, then those with a part to play, then further ones.
    ///
    /// A token named twice takes its flags from the last part it plays, a declaration before that.
    func specialTokens(defaults: [(Role, String)], further: [String] = []) -> [SpecialToken] {
        var tokens = declared.values.sorted { ($0.declaredID ?? .max, $0.content) < ($1.declaredID ?? .max, $1.content) }
        func add(_ token: SpecialToken, replacing: Bool) {
            guard declared[token.content] == nil else { return }
            if let index = tokens.firstIndex(where: { $0.content == token.content }) {
                if replacing { tokens[index] = token }
            } else {
                tokens.append(token)
            }
        }
        for (role, content) in defaults { add(token(role, default: content), replacing: true) }
        for token in extra { add(token, replacing: false) }
        for content in further { add(SpecialToken(content: content), replacing: false) }
        return tokens
    }

    private static func read(_ path: FilePath) throws(TokenizerError) -> JSONValue? {
        guard let file = try TokenizerFile.optional(path: path) else { return nil }
        var reader = try file.json()
        let value = try JSONValue(&reader)
        try reader.expectEnd()
        guard case .object = value else {
            throw .wrongValue(file: path, key: "the file", found: value.summary, expected: "a JSON object")
        }
        return value
    }

    private mutating func readRoles(_ values: JSONValue, file: FilePath) throws(TokenizerError) {
        for role in Role.allCases {
            guard let value = values[role.rawValue], value != .null else { continue }
            roles[role] = try token(value, key: role.rawValue, file: file)
        }
        for key in ["additional_special_tokens", "extra_special_tokens"] {
            for value in values[key]?.array ?? [] { extra.append(try token(value, key: key, file: file)) }
        }
    }

    private mutating func declare(_ decoder: JSONValue) throws(TokenizerError) {
        guard case .object(let members) = decoder else {
            throw .wrongValue(file: path, key: "added_tokens_decoder", found: decoder.summary, expected: "an object")
        }
        for member in members {
            guard let id = Int(member.key) else {
                throw .wrongValue(file: path, key: "added_tokens_decoder", found: member.key.debugDescription, expected: "an id as key")
            }
            var token = try token(member.value, key: "added_tokens_decoder", file: path)
            token.declaredID = id
            declared[token.content] = token
        }
    }

    private mutating func declareAdded(_ values: JSONValue, file: FilePath) throws(TokenizerError) {
        let special = Set(roles.values.map(\.content) + extra.map(\.content))
        for member in values.members ?? [] {
            guard let id = member.value.integer else {
                throw .wrongValue(file: file, key: member.key, found: member.value.summary, expected: "an id")
            }
            declared[member.key] = SpecialToken(content: member.key, declaredID: id, isNormalized: !special.contains(member.key))
        }
    }

    private func token(_ value: JSONValue, key: String, file: FilePath) throws(TokenizerError) -> SpecialToken {
        guard let token = SpecialToken(value), !token.content.isEmpty else {
            throw .wrongValue(file: file, key: key, found: value.summary, expected: "a token: a string or an object with content")
        }
        return token
    }
}
