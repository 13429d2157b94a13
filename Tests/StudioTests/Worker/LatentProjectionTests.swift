import Gallery
import TestFixtures
import Testing

@testable import Diffusion
@testable import Studio

@Suite struct LatentProjectionTests {
    /// Latents whose blocks of 8×8 pixels have the colours that a linear map gives them.
    private func sample(width: Int, height: Int, seed: UInt64) throws -> (latents: [Float], layout: LatentLayout, picture: Picture) {
        var random = Mutator(seed: seed)
        let layout = LatentLayout(channels: 16, height: height, width: width)
        let latents = (0..<layout.count).map { _ in Float.random(in: -1...1, using: &random) }
        var pixels = [UInt8](repeating: 0, count: 3 * 64 * width * height)
        for y in 0..<8 * height {
            for x in 0..<8 * width {
                let place = (y / 8) * width + x / 8
                for k in 0..<3 {
                    let difference = latents[k * width * height + place] - latents[(k + 5) * width * height + place]
                    pixels[3 * (y * 8 * width + x) + k] = UInt8(128 + 50 * difference)
                }
            }
        }
        return (latents, layout, try Picture(width: 8 * width, height: 8 * height, pixels: pixels))
    }

    @Test func aProjectionFindsTheColoursThatItLearnt() throws {
        var projection = LatentProjection()
        let learnt = try sample(width: 12, height: 10, seed: 1)
        #expect(try projection.picture(learnt.latents, learnt.layout) == nil)
        projection.learn(learnt.latents, learnt.layout, learnt.picture)
        let other = try sample(width: 9, height: 14, seed: 2)
        let preview = try #require(try projection.picture(other.latents, other.layout))
        #expect(preview.width == 9 && preview.height == 14)
        for y in 0..<14 {
            for x in 0..<9 {
                for k in 0..<3 {
                    let (found, expected) = (preview.pixels[3 * (y * 9 + x) + k], other.picture.pixels[3 * (8 * y * 72 + 8 * x) + k])
                    #expect(abs(Int(found) - Int(expected)) <= 2)
                }
            }
        }
    }

    @Test func fewLatentsAndLargePicturesAreFine() throws {
        var projection = LatentProjection()
        let tiny = try sample(width: 2, height: 2, seed: 3)
        projection.learn(tiny.latents, tiny.layout, tiny.picture)
        let large = LatentLayout(channels: 16, height: 130, width: 260)
        let preview = try #require(try projection.picture([Float](repeating: .infinity, count: large.count), large))
        #expect((preview.width, preview.height) == (87, 44))
    }

    @Test func whatWasLearntIsThereAfterAStart() throws {
        let folder = try TemporaryFolder()
        let file = PreviewFile(in: folder.path, model: "sha256:0123456789abcdef0123")
        #expect(try file.read()?.moments == nil)
        var projection = LatentProjection()
        let learnt = try sample(width: 12, height: 10, seed: 1)
        projection.learn(learnt.latents, learnt.layout, learnt.picture)
        try file.write(projection)
        let other = try sample(width: 9, height: 14, seed: 2)
        let again = try #require(try PreviewFile(in: folder.path, model: "sha256:0123456789abcdef0123").read())
        #expect(try again.picture(other.latents, other.layout)?.pixels == projection.picture(other.latents, other.layout)?.pixels)
        #expect(try PreviewFile(in: folder.path, model: "sha256:fedcba98").read()?.moments == nil)
    }

    @Test(arguments: ["", "{}", #"{"moments":[[1,2]],"products":[[1,2,3]]}"#, #"{"moments":[[1]],"products":[[1]]}"#])
    func aFileThatHoldsSomethingElseIsRefused(text: String) throws {
        let folder = try TemporaryFolder()
        let file = PreviewFile(in: folder.path, model: "a")
        try AtomicFile(file.path).write(Array(text.utf8))
        #expect(throws: (any Error).self) { try file.read() }
    }
}
