import FoundationEssentials
import Testing

@testable import Gallery

struct PairMeasurementsTests {
    @Test func `equal pictures are identical`() throws {
        let picture = try PNGFileTests.picture(40, 30)
        let pair = try PairMeasurements(picture, picture)
        #expect(pair.identical && pair.psnr == nil && pair.meanDifference == 0)
        let ssim = try #require(pair.ssim)
        #expect(abs(ssim - 1) < 1e-12)
        let json = String(decoding: try JSONEncoder().encode(pair), as: UTF8.self)
        #expect(json.contains("\"psnr\":null"))
        #expect(try JSONDecoder().decode(PairMeasurements.self, from: Data(json.utf8)) == pair)
    }

    @Test func `a difference of one level everywhere has its closed forms`() throws {
        let pair = try PairMeasurements(
            try TestPictures.grey(32, 32) { _, _ in 100 }, try TestPictures.grey(32, 32) { _, _ in 101 })
        #expect(!pair.identical)
        #expect(abs(try #require(pair.psnr) - 48.1308) < 1e-4)
        #expect(abs(pair.meanDifference - 1.0 / 255) < 1e-15)
        // Without contrast only the first factor of the index is left.
        let (a, b) = (100.0 / 255, 101.0 / 255)
        #expect(abs(try #require(pair.ssim) - (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)) < 1e-9)
    }

    @Test func `both orders measure the same`() throws {
        let (a, b) = (try PNGFileTests.picture(33, 21, seed: 1), try PNGFileTests.picture(33, 21, seed: 2))
        #expect(try PairMeasurements(a, b) == PairMeasurements(b, a))
    }

    @Test func `a picture and its negative are structurally opposed`() throws {
        let picture = try TestPictures.grey(64, 64, noise: 30) { _, _ in 128 }
        let negative = try Picture(width: 64, height: 64, pixels: picture.pixels.map { 255 - $0 })
        #expect(try #require(PairMeasurements(picture, negative).ssim) < -0.9)
    }

    @Test func `sizes must be equal`() throws {
        #expect(throws: GalleryError.sizesDiffer(width: 2, height: 3, otherWidth: 3, otherHeight: 2)) {
            try PairMeasurements(PNGFileTests.picture(2, 3), PNGFileTests.picture(3, 2))
        }
    }

    @Test func `where the window does not fit there is no similarity`() throws {
        let (small, fitting) = (try PNGFileTests.picture(10, 40), try PNGFileTests.picture(11, 11))
        #expect(try PairMeasurements(small, small).ssim == nil)
        #expect(try PairMeasurements(fitting, fitting).ssim != nil)
    }
}
