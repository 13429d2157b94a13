import FoundationEssentials

/// A deterministic source of broken input: the same seed makes the same bytes everywhere.
///
/// `SLUICE_FUZZ_SEED` and `SLUICE_FUZZ_ROUNDS` (a factor) in the environment widen the search; the default is a bounded run.
struct Mutator: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    static func fromEnvironment() -> Mutator {
        let seed = ProcessInfo.processInfo.environment["SLUICE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_260_102
        return Mutator(seed: seed, state: seed)
    }

    static func rounds(_ count: Int) -> Range<Int> {
        0..<count * (ProcessInfo.processInfo.environment["SLUICE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 1)
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// One to four edits: a flipped bit, another byte, a fragment put in or over, a part removed or doubled, the rest cut off.
    mutating func mutated(_ bytes: [UInt8], fragments: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<4, using: &self) {
            // Headers and first entries decide more than the thousandth entry.
            let limit = Bool.random(using: &self) ? min(bytes.count, 400) : bytes.count
            let at = Int.random(in: 0...limit, using: &self)
            let end = min(bytes.count, at + Int.random(in: 0..<12, using: &self))
            let fragment = fragments.randomElement(using: &self) ?? []
            switch Int.random(in: 0..<16, using: &self) {
            case 0..<4 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 4..<7 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &self)
            case 7..<9: bytes.insert(contentsOf: fragment, at: at)
            case 9..<11: bytes.replaceSubrange(at..<end, with: fragment)
            case 11..<13: bytes.removeSubrange(at..<end)
            case 13..<15: bytes.insert(contentsOf: bytes[at..<end], at: at)
            default: bytes.removeSubrange(at...)
            }
        }
        return bytes
    }
}
