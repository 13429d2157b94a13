// A hundred pictures of mixed sizes in one process: what it holds after the tenth and after the hundredth.
//
//     swift run -c release --package-path Benchmarks/HundredPictures hundred-pictures MODEL|postcards BUDGET_MIB [SMALLEST LARGEST SEED]
//
// Every tenth picture has the largest size, so that the lines can be compared; the others have sides between the two, multiples of 16.
// Columns, bytes: mapped for weights that stay, for the ring and for buffers; kept; all that the ledger holds; most that the kernel counted.
import CPUBackend
import Diffusion
import Memory
import Postcards
import SystemPackage

struct Draws: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

let arguments = CommandLine.arguments.dropFirst().map { String($0) }
guard arguments.count >= 2, let budget = Int(arguments[1]) else {
    print("hundred-pictures MODEL|postcards BUDGET_MIB [SMALLEST LARGEST SEED]")
    throw CancellationError()
}
let numbers = arguments.dropFirst(2).compactMap { Int($0) }
let (smallest, largest) = numbers.count >= 2 ? (numbers[0], numbers[1]) : (256, 384)
var random = Draws(state: UInt64(numbers.count >= 3 ? numbers[2] : 1))
let model = try arguments[0] == "postcards" ? Postcards.folder : FilePath(arguments[0])
let engine = Engine(model: model, policy: .budget(byteCount: budget << 20, offload: .auto), on: CPUBackend())
print("picture  size  resident  ring  arena  kept  ledger  kernel  prompt")
for picture in 1...100 {
    let isCompared = picture.isMultiple(of: 10)
    func side() -> Int { isCompared ? largest : 16 * Int.random(in: smallest / 16...largest / 16, using: &random) }
    var request = GenerationRequest(prompt: "picture \(picture % 7)", width: side(), height: side(), steps: 1, seed: UInt64(picture))
    request.maximumSequenceLength = 64
    for try await event in engine.generate(request) {
        guard case .finished(let image) = event, isCompared || picture == 1 else { continue }
        let held = engine.ledger.reading
        func bytes(_ owners: MemoryOwner...) -> Int { owners.reduce(0) { $0 + held.byteCounts[$1, default: 0] } }
        print(
            picture, "\(request.width)×\(request.height)", bytes(.resident), bytes(.ring), bytes(.arena),
            bytes(.conditioning, .modulation), held.liveByteCount, HostMemory.peakResidentByteCount, image.promptSource)
    }
}
