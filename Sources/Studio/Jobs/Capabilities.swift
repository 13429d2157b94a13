/// What the engine can do, as it says itself when it starts.
public struct Capabilities: Codable, Equatable, Sendable {
    public struct Model: Codable, Equatable, Sendable {
        public var name: String
        /// "sha256:" and a digest of the model's files.
        public var digest: String
        /// Whether the model is conditioned on guidance.
        public var guidance: Bool
        /// Whether the engine runs the model a second time for a negative prompt.
        public var trueGuidance: Bool
        /// Whether it is the model that comes with the program.
        public var embedded: Bool
    }

    public struct Device: Codable, Equatable, Sendable {
        public var name: String
        public var description: String
    }

    public struct Defaults: Codable, Equatable, Sendable {
        public var width, height, steps: Int
        public var guidance: Double
        public var count: Int
    }

    public struct Settings: Codable, Equatable, Sendable {
        public var steps: Int
        public var guidance: Double
    }

    /// The least and the greatest value, on the wire an array of both.
    public struct Range<Bound: Codable & Comparable & Sendable>: Codable, Equatable, Sendable {
        public var least, greatest: Bound

        public init(_ least: Bound, _ greatest: Bound) {
            (self.least, self.greatest) = (least, greatest)
        }

        public init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            least = try container.decode(Bound.self)
            greatest = try container.decode(Bound.self)
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(least)
            try container.encode(greatest)
        }

        func allows(_ value: Bound) -> Bool { least <= value && value <= greatest }
        var text: String { "\(least) to \(greatest)" }
    }

    public struct Bounds: Codable, Equatable, Sendable {
        public var steps: Range<Int>
        public var guidance: Range<Double>
        public var side: Range<Int>
        public var sideMultiple: Int
        public var count: Range<Int>
        public var promptCharacters: Int
        public var seed: Range<UInt64>
    }

    public struct Size: Codable, Equatable, Sendable {
        public var width, height: Int
    }

    public struct Blocks: Codable, Equatable, Sendable {
        public var double, single: Int
    }

    public var version: String
    public var model: Model
    public var device: Device
    public var budgetBytes: Int
    public var dtype: String
    public var defaults: Defaults
    public var draft: Settings
    public var final: Settings
    public var bounds: Bounds
    /// Sizes that the model draws well.
    public var sizes: [Size]
    public var samplers: [String]
    public var blocks: Blocks
    /// Text tokens the model reads.
    public var maximumSequenceLength: Int
}
