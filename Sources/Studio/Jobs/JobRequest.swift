import StrictJSON

/// What somebody asks for: the body of a job as it was sent, with nothing filled in.
public struct JobRequest: Codable, Equatable, Sendable {
    public var prompt: String
    public var negativePrompt: String?
    public var trueGuidance: Double?
    /// Pixels.
    public var width: Int?
    public var height: Int?
    public var steps: Int?
    public var guidance: Double?
    public var seed: UInt64?
    /// Pictures, with consecutive seeds.
    public var count: Int?
    /// Whether it goes before what waits already.
    public var front: Bool?
    /// Identifier of the picture that this one develops further.
    public var parentImage: Int?

    public init(
        prompt: String, negativePrompt: String? = nil, trueGuidance: Double? = nil, width: Int? = nil, height: Int? = nil,
        steps: Int? = nil, guidance: Double? = nil, seed: UInt64? = nil, count: Int? = nil, front: Bool? = nil, parentImage: Int? = nil
    ) {
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.trueGuidance = trueGuidance
        self.width = width
        self.height = height
        self.steps = steps
        self.guidance = guidance
        self.seed = seed
        self.count = count
        self.front = front
        self.parentImage = parentImage
    }

    /// - Throws: `StudioError` of `invalid_request`, which names the key that is unknown, missing or of another kind.
    public init(json: [UInt8]) throws(StudioError) {
        let body: JSONValue
        do { body = try JSONValue(parsing: json) } catch { throw StudioError(.invalidRequest, "\(error)") }
        guard let members = body.members else { throw StudioError(.invalidRequest, "expected a JSON object") }
        prompt = ""
        for member in members { try set(member) }
        if body["prompt"] == nil { throw Self.wrong("prompt", "a text: what to draw") }
    }

    private mutating func set(_ member: JSONValue.Member) throws(StudioError) {
        let (key, value) = (member.key, member.value)
        if value == .null, key != "prompt", Self.keys.contains(key) { return }
        switch key {
        case "prompt": prompt = try Self.text(key, value)
        case "negativePrompt": negativePrompt = try Self.text(key, value)
        case "trueGuidance": trueGuidance = try Self.number(key, value)
        case "width": width = try Self.integer(key, value)
        case "height": height = try Self.integer(key, value)
        case "steps": steps = try Self.integer(key, value)
        case "guidance": guidance = try Self.number(key, value)
        case "seed":
            guard let seed = UInt64(exactly: try Self.integer(key, value)) else { throw Self.wrong(key, "0 or more") }
            self.seed = seed
        case "count": count = try Self.integer(key, value)
        case "front":
            guard let front = value.bool else { throw Self.wrong(key, "true or false") }
            self.front = front
        case "parentImage": parentImage = try Self.integer(key, value)
        default: throw StudioError(.invalidRequest, "unknown key \(key.debugDescription)", field: key)
        }
    }

    private static let keys: Set<String> = [
        "prompt", "negativePrompt", "trueGuidance", "width", "height", "steps", "guidance", "seed", "count", "front", "parentImage",
    ]

    private static func text(_ key: String, _ value: JSONValue) throws(StudioError) -> String {
        guard let text = value.string else { throw wrong(key, "a text") }
        return text
    }

    private static func integer(_ key: String, _ value: JSONValue) throws(StudioError) -> Int {
        guard let integer = value.integer else { throw wrong(key, "an integer") }
        return integer
    }

    private static func number(_ key: String, _ value: JSONValue) throws(StudioError) -> Double {
        switch value {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number
        default: throw wrong(key, "a number")
        }
    }

    static func wrong(_ key: String, _ expected: String) -> StudioError {
        StudioError(.invalidRequest, "\(key): expected \(expected)", field: key)
    }
}
