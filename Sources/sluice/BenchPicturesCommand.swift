import ArgumentParser
import Diffusion
import Memory

struct BenchPicturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pictures", abstract: "Draws many pictures of mixed sizes in one process and says what it holds after each tenth.",
        discussion: """
            Sides are drawn between the two given, multiples of the model's step; every tenth picture has the largest size, so that its \
            lines can be compared. Pictures are not kept.
            """)

    @OptionGroup var engine: EngineOptions
    @OptionGroup var memory: MemoryOptions
    @Option(parsing: .unconditional, help: "Pictures to draw.") var count = 100
    @Option(parsing: .unconditional, help: "Shortest side, pixels.") var smallest = 256
    @Option(parsing: .unconditional, help: "Longest side, pixels.") var largest = 384
    @Option(parsing: .unconditional, help: "Denoising steps of each.") var steps = 1
    @Option(parsing: .unconditional, help: "Seed of the sizes and of the pictures.") var seed: UInt64 = 1
    @Flag(help: "One JSON object in place of a table.") var json = false

    func run() async throws {
        let engine = try engine.makeEngine(memory, isQuiet: json)
        let folder = try await engine.folder()
        let unit = folder.sideMultiple
        guard count > 0, smallest >= unit, smallest <= largest, largest <= GenerationRequest.largestSide else {
            throw OptionError.invalid(
                option: "--smallest", value: "\(smallest)",
                expected: "\(unit) to --largest (\(largest)), that up to \(GenerationRequest.largestSide), and --count above 0")
        }
        var sizes = SizeSequence(units: smallest / unit...largest / unit, unit: unit, seed: seed)
        var rows: [Row] = []
        if !json { print(Row.heading) }
        for picture in 1...count {
            let isCompared = picture.isMultiple(of: 10)
            let (width, height) = isCompared ? (largest / unit * unit, largest / unit * unit) : (sizes.side(), sizes.side())
            var request = GenerationRequest(
                prompt: "picture \(picture % 7)", width: width, height: height, steps: steps, seed: seed &+ UInt64(picture),
                maximumSequenceLength: folder.defaultSequenceLength)
            request.decoding = memory.decoding
            for try await event in engine.generate(request) {
                guard case .finished(let image) = event else { continue }
                let row = Row(picture, image, engine.ledger.reading)
                rows.append(row)
                if !json, isCompared { print(row.line) }
            }
        }
        if json { try print(JSONFile.text(["pictures": rows])) }
    }

    /// What the device held when a picture was done; bytes.
    struct Row: Encodable {
        let picture, width, height: Int
        let resident, ring, arena, held, peak, peakResidentSet: Int
        let fragmentationPeak: Double

        init(_ picture: Int, _ image: GeneratedImage, _ reading: Ledger.Reading) {
            (self.picture, width, height) = (picture, image.request.width, image.request.height)
            resident = reading.byteCounts[.resident, default: 0]
            ring = reading.byteCounts[.ring, default: 0]
            arena = reading.byteCounts[.arena, default: 0]
            held = reading.liveByteCount
            peak = image.peakByteCount
            peakResidentSet = HostMemory.peakResidentByteCount
            fragmentationPeak = image.arenaUses.fragmentationPeak
        }

        static let heading =
            "picture".leftAligned(9) + "size".leftAligned(12)
            + ["weights", "ring", "buffers", "held", "peak", "process"].map { $0.rightAligned(11) }.joined() + "unused".rightAligned(9)

        var line: String {
            "\(picture)".leftAligned(9) + "\(width)×\(height)".leftAligned(12)
                + [resident, ring, arena, held, peak, peakResidentSet].map { ProgressLine.bytes($0).rightAligned(11) }.joined()
                + "\((100 * fragmentationPeak).fixed(2)) %".rightAligned(9)
        }
    }
}

/// Sides by a generator whose sequence a seed repeats (Steele, Lea, Flood 2014: SplitMix64).
private struct SizeSequence: RandomNumberGenerator {
    private let units: ClosedRange<Int>
    private let unit: Int
    private var state: UInt64

    init(units: ClosedRange<Int>, unit: Int, seed: UInt64) {
        (self.units, self.unit, state) = (units, unit, seed)
    }

    mutating func side() -> Int { unit * Int.random(in: units, using: &self) }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
