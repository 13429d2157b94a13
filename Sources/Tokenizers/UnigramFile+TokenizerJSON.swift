internal import FoundationEssentials
internal import StrictJSON
internal import SystemPackage

extension UnigramFile {
    /// Reads `tokenizer.json`, refusing any processing step that this tokenizer does not have.
    init(tokenizerJSON file: TokenizerFile) throws(TokenizerError) {
        var reader = try file.json()
        var settings: [String: JSONValue] = [:]
        var model: UnigramModel?
        try reader.readObject { reader, key throws(TokenizerError) in
            if key == "model" {
                model = try Self.readModel(&reader, file: file.path)
            } else {
                settings[key] = try JSONValue(&reader)
            }
        }
        try reader.expectEnd()
        guard let model else { throw .wrongValue(file: file.path, key: "model", found: "missing", expected: "a Unigram model") }
        path = file.path
        self.model = model
        let steps = TokenizerSteps(file: file.path)
        characterMap = try steps.characterMap(settings["normalizer"] ?? .null)
        try steps.checkPreTokenizer(settings["pre_tokenizer"] ?? .null)
        try steps.checkPostProcessor(settings["post_processor"] ?? .null)
        specialTokens = try SpecialToken.list(settings["added_tokens"] ?? .array([]), file: file.path)
    }

    private static func readModel(_ reader: inout JSONReader<TokenizerError>, file: FilePath) throws(TokenizerError) -> UnigramModel {
        var model = UnigramModel(capacity: 1 << 15)
        var settings: [String: JSONValue] = [:]
        try reader.readObject { reader, key throws(TokenizerError) in
            if key == "vocab" {
                try readPieces(&reader, into: &model, file: file)
            } else {
                settings[key] = try JSONValue(&reader)
            }
        }
        guard settings["type"]?.string == "Unigram" else {
            throw .unsupported(
                file: file, key: "model.type", found: settings["type"]?.summary ?? "missing", supported: "\"Unigram\"")
        }
        guard settings["byte_fallback"]?.bool != true else {
            throw .unsupported(file: file, key: "model.byte_fallback", found: "true", supported: "false")
        }
        guard let unknown = settings["unk_id"]?.integer, (0..<model.count).contains(unknown) else {
            throw .wrongValue(
                file: file, key: "model.unk_id", found: settings["unk_id"]?.summary ?? "missing",
                expected: "an id in 0 ..< \(model.count)")
        }
        model.unknownID = Int32(unknown)
        return model
    }

    /// Reads pairs of a piece and its log-probability.
    private static func readPieces(
        _ reader: inout JSONReader<TokenizerError>, into model: inout UnigramModel, file: FilePath
    ) throws(TokenizerError) {
        var piece: [UInt8] = []
        try reader.openArray()
        while try reader.nextElement() {
            try reader.openArray()
            guard try reader.nextElement() else { throw reader.expected("a piece and its score") }
            try reader.readString(into: &piece)
            guard try reader.nextElement() else { throw reader.expected("the piece's score") }
            let score = try reader.readDouble()
            guard try !reader.nextElement() else { throw reader.expected("a piece and its score only") }
            try model.append(piece[...], score: score, file: file)
        }
    }
}

/// The processing steps that a `tokenizer.json` asks for, compared with those that T5's tokenizer has.
private struct TokenizerSteps {
    let file: FilePath

    /// The character map among the normalisers; nil for the identity.
    ///
    /// Older files add two steps that only trim and collapse spaces, which the split at white space does anyway.
    func characterMap(_ normalizer: JSONValue) throws(TokenizerError) -> CharacterMap? {
        let isSequence = normalizer["type"]?.string == "Sequence"
        let steps = isSequence ? normalizer["normalizers"]?.array ?? [] : normalizer == .null ? [] : [normalizer]
        var map: CharacterMap?
        for (index, step) in steps.enumerated() {
            switch step["type"]?.string {
            case "Precompiled" where index == 0:
                map = try readCharacterMap(step["precompiled_charsmap"] ?? .null)
            case "Strip" where step["strip_left"]?.bool != true, "Replace" where step["pattern"]?["Regex"]?.string == " {2,}":
                continue
            default:
                throw .unsupported(
                    file: file, key: "normalizer", found: step.summary,
                    supported: "null, Precompiled, and Precompiled with Strip (right) and Replace of \" {2,}\" behind it")
            }
        }
        return map
    }

    private func readCharacterMap(_ value: JSONValue) throws(TokenizerError) -> CharacterMap? {
        if value == .null { return nil }
        guard let text = value.string, let blob = Data(base64Encoded: text) else {
            throw .malformedCharacterMap(file: file, problem: .notBase64)
        }
        return blob.isEmpty ? nil : try UnigramFile.characterMap(Array(blob), file: file)
    }

    func checkPreTokenizer(_ value: JSONValue) throws(TokenizerError) {
        var steps = value["type"]?.string == "Sequence" ? value["pretokenizers"]?.array ?? [] : [value]
        if steps.first?["type"]?.string == "WhitespaceSplit" { steps.removeFirst() }
        guard steps.count == 1, isMetaspace(steps[0]) else {
            throw .unsupported(
                file: file, key: "pre_tokenizer", found: (steps.first ?? value).summary,
                supported: "Metaspace that prepends ▁ to every word, alone or after WhitespaceSplit")
        }
    }

    private func isMetaspace(_ step: JSONValue) -> Bool {
        let prepends = step["prepend_scheme"]?.string.map { $0 == "always" } ?? (step["add_prefix_space"]?.bool ?? true)
        return step["type"]?.string == "Metaspace" && step["replacement"]?.string == String(T5Tokenizer.wordMark) && prepends
            && step["split"]?.bool ?? true
    }

    func checkPostProcessor(_ value: JSONValue) throws(TokenizerError) {
        if value == .null { return }
        let single = value["single"]?.array ?? []
        guard value["type"]?.string == "TemplateProcessing", single.count == 2, single[0]["Sequence"] != nil,
            single[1]["SpecialToken"] != nil
        else {
            throw .unsupported(
                file: file, key: "post_processor", found: value.summary, supported: "TemplateProcessing of the text and an end token")
        }
    }
}
