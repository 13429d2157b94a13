import FoundationEssentials
import Glibc
import Testing

@testable import Gallery

struct PictureMeasurementsTests {
    enum Pattern: String, CaseIterable, Decodable {
        case flat, ramp, sine, checkerboard

        func level(_ column: Int, _ row: Int) -> Double {
            switch self {
            case .flat: 128
            case .ramp: 80 + Double(column) * 96 / 511
            case .sine: 128 + 40 * sin(Double(column + row) / 6)
            case .checkerboard: (column / 64 + row / 64).isMultiple(of: 2) ? 96 : 160
            }
        }
    }

    @Test func `halves of black and white have contrast 1`() throws {
        let picture = try TestPictures.grey(64, 32) { column, _ in column < 32 ? 0 : 255 }
        let measured = PictureMeasurements(picture)
        #expect(abs(measured.contrastRMS - 1) < 1e-12)
        #expect(abs(measured.contrastLightness - 100) < 1e-6)
        #expect(measured.clippedShare == 1 && !measured.noiseReliable)
    }

    @Test func `halves of 64 and 192 have the contrast of their light`() throws {
        let measured = PictureMeasurements(try TestPictures.grey(64, 32) { column, _ in column < 32 ? 64 : 192 })
        #expect(abs(measured.contrastRMS - 0.8227) < 5e-5)
        #expect(abs(measured.contrastLightness - 50.61) < 5e-3)
        #expect(measured.clippedShare == 0 && measured.noiseReliable)
    }

    @Test func `a picture of one colour has no contrast, noise or sharpness`() throws {
        for level in [0.0, 77, 255] {
            let measured = PictureMeasurements(try TestPictures.grey(40, 30) { _, _ in level })
            #expect(measured.contrastRMS == 0 && measured.contrastLightness == 0 && measured.noise == 0 && measured.sharpness == 0)
            #expect(measured.clippedShare == (level == 77 ? 0 : 1))
        }
    }

    @Test(arguments: Pattern.allCases, [1.0, 2, 4, 8, 16])
    func `noise is found below a pattern`(pattern: Pattern, deviation: Double) throws {
        let picture = try TestPictures.grey(512, 512, noise: deviation, pattern.level)
        // Rounding to 8 bits adds noise of its own.
        let expected = (deviation * deviation + 1.0 / 12).squareRoot()
        let found = NoiseEstimate.standardDeviation(Luma(picture))
        #expect(abs(found / expected - 1) < 0.02, "\(found) for \(expected)")
    }

    @Test func `patterns without noise read none`() throws {
        for pattern in [Pattern.flat, .checkerboard] {
            #expect(NoiseEstimate.standardDeviation(Luma(try TestPictures.grey(512, 512, pattern.level))) == 0)
        }
        // Slopes have only the noise of rounding to 8 bits.
        #expect(NoiseEstimate.standardDeviation(Luma(try TestPictures.grey(512, 512, Pattern.ramp.level))) < 0.29)
    }

    @Test func `noise of its own in each channel averages out in luma`() throws {
        let picture = try TestPictures.independentNoise(512, level: 128, noise: 4)
        let found = NoiseEstimate.standardDeviation(Luma(picture))
        #expect(abs(found / 2.998 - 1) < 0.02, "\(found)")
    }

    @Test(arguments: [1.0, 4, 16]) func `sharpness of white noise is twenty times its variance`(deviation: Double) throws {
        let picture = try TestPictures.grey(512, 512, noise: deviation) { _, _ in 128 }
        let found = Sharpness.laplacianVariance(Luma(picture))
        #expect(abs(found / (20 * (deviation * deviation + 1.0 / 12)) - 1) < 0.02, "\(found)")
    }

    @Test func `clipping hides noise and says so`() throws {
        let measured = PictureMeasurements(try TestPictures.grey(512, 512, noise: 8) { _, _ in 2 })
        #expect(measured.clippedShare > 0.05 && !measured.noiseReliable)
        // Half of the noise of 8 levels is cut off.
        #expect(abs(measured.noise - 5.15) < 0.1, "\(measured.noise)")
        let clear = PictureMeasurements(try TestPictures.grey(128, 128, noise: 8) { _, _ in 128 })
        #expect(clear.clippedShare == 0 && clear.noiseReliable)
    }

    @Test func `noise repeats within what its size allows`() throws {
        let flat = { (side: Int, seed: UInt64) in
            NoiseEstimate.standardDeviation(Luma(try TestPictures.grey(side, side, noise: 4, seed: seed) { _, _ in 128 }))
        }
        for seed in 2..<12 as Range<UInt64> { #expect(abs(try flat(64, seed) / 4.01 - 1) < 0.07) }
        for seed in 2..<5 as Range<UInt64> { #expect(abs(try flat(512, seed) / 4.01 - 1) < 0.01) }
    }

    @Test func `every histogram counts every pixel in its bin`() throws {
        let picture = try Picture(width: 2, height: 2, pixels: [0, 1, 2, 0, 1, 3, 255, 255, 255, 10, 0, 0])
        let histograms = try #require(PictureMeasurements(picture).histograms)
        for counts in [histograms.red, histograms.green, histograms.blue, histograms.luma] {
            #expect(counts.count == 256 && counts.reduce(0, +) == 4)
        }
        #expect(histograms.red[0] == 2 && histograms.red[10] == 1 && histograms.red[255] == 1)
        #expect(histograms.green[1] == 2 && histograms.blue[3] == 1)
        // 0.7152 + 0.1444 rounds to 1, as 0.7152 + 0.2166 does; 2.126 rounds to 2.
        #expect(histograms.luma[1] == 2 && histograms.luma[2] == 1 && histograms.luma[255] == 1)
    }

    @Test(arguments: [(1, 1), (2, 2), (1, 50), (50, 2), (3, 3)]) func `tiny pictures are measured as far as they go`(
        width: Int, height: Int
    ) throws {
        let measured = PictureMeasurements(try PNGFileTests.picture(width, height))
        #expect(measured.noiseReliable == (width == 3 && measured.clippedShare <= 0.05))
        #expect(measured.noise.isFinite && measured.sharpness.isFinite && measured.contrastRMS.isFinite)
        if width != 3 { #expect(measured.noise == 0 && measured.sharpness == 0) }
    }

    @Test func `the JSON has the keys of the interface and reads back`() throws {
        var measured = PictureMeasurements(try PNGFileTests.picture(20, 16))
        let json = try JSONEncoder().encode(measured)
        #expect(try JSONDecoder().decode(PictureMeasurements.self, from: json) == measured)
        let text = String(decoding: json, as: UTF8.self)
        for key in [
            "contrastRMS", "contrastLightness", "noise", "noiseReliable", "sharpness", "clippedShare", "histograms", "r", "g", "b", "y",
        ] {
            #expect(text.contains("\"\(key)\":"))
        }
        measured.histograms = nil
        let short = try JSONEncoder().encode(measured)
        #expect(!String(decoding: short, as: UTF8.self).contains("histograms"))
        #expect(try JSONDecoder().decode(PictureMeasurements.self, from: short) == measured)
    }
}
