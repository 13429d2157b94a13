import GoldenData
import SystemPackage
import Tensors
import Testing

@testable import Diffusion

/// Against `torch.randn` with a CPU generator; all comparisons are of bits.
@Suite struct NoiseTests {
    struct Golden: Decodable {
        struct Uniform: Decodable {
            let seed: String
            let first, last: [UInt32]
        }
        struct Normal: Decodable {
            let seed, dtype: String
            let draws: [Int]
            let bits: [UInt32]
        }
        let uniform: [Uniform]
        let normal: [Normal]
    }

    static func golden() throws -> Golden { try GoldenCase.json(Golden.self, GoldenCase.root.appending("noise.json")) }

    @Test("Uniform draws are the reference's for every seed, across the generator's refills")
    func uniform() throws {
        for expected in try Self.golden().uniform {
            var generator = MersenneTwister(seed: try #require(UInt64(expected.seed)))
            let words = (0..<700).map { _ in UInt32(generator.nextFloat() * 0x1p24) }
            #expect(Array(words.prefix(16)) == expected.first)
            #expect(Array(words.suffix(16)) == expected.last)
        }
    }

    @Test("Normal noise of one call has the reference's bits for any count")
    func normal() throws {
        let single = try Self.golden().normal.filter { $0.draws.count == 1 && $0.dtype == "f32" }
        #expect(single.count > 20)
        for expected in single {
            let noise = Noise.normal(count: expected.draws[0], seed: try #require(UInt64(expected.seed)))
            // Fewer than 16 values go through the system's f64 functions, whose last bit may differ between systems.
            let slack: UInt32 = expected.draws[0] < 16 ? 1 : 0
            let bits = noise.map(\.bitPattern)
            #expect(bits.count == expected.bits.count)
            #expect(zip(bits, expected.bits).allSatisfy { max($0, $1) - min($0, $1) <= slack }, "seed \(expected.seed), \(expected.draws)")
        }
    }

    @Test("For counts that are multiples of 16 the reference's bf16 noise is the f32 noise rounded")
    func halfWidth() throws {
        let cases = try Self.golden().normal.filter { $0.dtype == "bf16" && $0.draws.count == 1 && $0.draws[0] % 16 == 0 }
        #expect(!cases.isEmpty)
        for expected in cases {
            let noise = Noise.normal(count: expected.draws[0], seed: try #require(UInt64(expected.seed)))
            #expect(noise.map { $0.rounded(to: .bf16).bitPattern >> 16 } == expected.bits)
        }
    }

    @Test("A whole 1024×1024 latent ends as the reference's does")
    func large() {
        #expect(Noise.normal(count: 262_144, seed: 42).last == -2.3294172)
    }
}
