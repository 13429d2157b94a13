import FoundationEssentials

/// A deterministic source of broken input: the same seed makes the same bytes everywhere.
///
/// `SLUICE_FUZZ_SEED` and `SLUICE_FUZZ_ROUNDS` (a factor) in the environment widen the search; the default is a bounded run.
public struct Mutator: RandomNumberGenerator {
    public let seed: UInt64
    private var state: UInt64

    public init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    public static func fromEnvironment() -> Mutator {
        Mutator(seed: ProcessInfo.processInfo.environment["SLUICE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_260_101)
    }

    /// `count` rounds, times the factor from the environment.
    public static func rounds(_ count: Int) -> Range<Int> {
        0..<count * (ProcessInfo.processInfo.environment["SLUICE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 1)
    }

    /// SplitMix64.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// One to four edits of `bytes`: a flipped bit, another byte, a fragment put in or over, a part removed, doubled or moved.
    public mutating func mutated(_ bytes: [UInt8], fragments: [String]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<4, using: &self) {
            let at = Int.random(in: 0...bytes.count, using: &self)
            let end = min(bytes.count, at + Int.random(in: 0..<12, using: &self))
            let fragment = Array((fragments.randomElement(using: &self) ?? "").utf8)
            switch Int.random(in: 0..<7, using: &self) {
            case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &self)
            case 2: bytes.insert(contentsOf: fragment, at: at)
            case 3: bytes.replaceSubrange(at..<end, with: fragment)
            case 4: bytes.removeSubrange(at..<end)
            case 5: bytes.insert(contentsOf: bytes[at..<end], at: at)
            default: bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &self))
            }
        }
        return bytes
    }
}
