import Testing

@testable import Gallery

/// Against scikit-image and SciPy; definitions in Documentation/Measurements.md.
struct MeasurementsGoldenTests {
    struct Golden: Decodable {
        struct One: Decodable {
            let contrastRMS, contrastLightness, noise, sharpness, clippedShare: Double
            let histograms: Histograms
        }
        struct Pair: Decodable {
            let first, second: String
            let psnr, ssim, meanDifference: Double
        }
        struct Noise: Decodable {
            let pattern: PictureMeasurementsTests.Pattern
            let deviation, mean, estimate: Double
        }
        let pictures: [String: One]
        let pairs: [Pair]
        let noise: [Noise]
    }

    let golden: Golden

    init() throws { golden = try GoldenFiles.json(Golden.self, "measurements.json") }

    private func picture(_ name: String) throws -> Picture { try PNGFile.decode(GoldenFiles.bytes("\(name).png")) }

    private func isClose(_ found: Double, _ expected: Double, within tolerance: Double) -> Bool {
        abs(found - expected) <= tolerance * max(abs(expected), 1e-3)
    }

    @Test func `one picture measures as it does there`() throws {
        #expect(golden.pictures.count == 3)
        for (name, expected) in golden.pictures {
            let found = PictureMeasurements(try picture(name))
            // Light is held to 34 binary places.
            #expect(isClose(found.contrastRMS, expected.contrastRMS, within: 1e-7), "\(name)")
            // rgb2lab has four digits of the white point and of the luminance weights.
            #expect(abs(found.contrastLightness - expected.contrastLightness) < 0.02, "\(name)")
            #expect(isClose(found.noise, expected.noise, within: 1e-9), "\(name)")
            #expect(isClose(found.sharpness, expected.sharpness, within: 1e-9), "\(name)")
            #expect(found.clippedShare == expected.clippedShare, "\(name)")
            #expect(found.histograms == expected.histograms, "\(name)")
            #expect(found.noiseReliable == (name != "dark"))
        }
    }

    @Test func `a pair measures as it does there`() throws {
        #expect(golden.pairs.count == 3)
        for expected in golden.pairs {
            let found = try PairMeasurements(picture(expected.first), picture(expected.second))
            #expect(isClose(try #require(found.psnr), expected.psnr, within: 1e-9))
            #expect(isClose(try #require(found.ssim), expected.ssim, within: 1e-9))
            #expect(isClose(found.meanDifference, expected.meanDifference, within: 1e-9))
        }
    }

    @Test func `noise agrees with an estimate from wavelets`() throws {
        #expect(golden.noise.count == 20)
        for expected in golden.noise {
            let picture = try TestPictures.grey(512, 512, noise: expected.deviation, expected.pattern.level)
            let mean = Double(picture.pixels.reduce(0) { $0 + Int($1) }) / Double(picture.pixels.count)
            // The picture must be the one measured there, but for a pixel whose rounding falls the other way.
            try #require(abs(mean - expected.mean) < 1e-4)
            let found = NoiseEstimate.standardDeviation(Luma(picture))
            #expect(isClose(found, expected.estimate, within: 0.03), "\(expected): \(found)")
        }
    }
}
