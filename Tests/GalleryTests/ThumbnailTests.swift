import Testing

@testable import Gallery

struct ThumbnailTests {
    @Test func `a thumbnail is a JPEG file within its side`() throws {
        let cases: [(Int, Int, Int, Int)] = [
            (1024, 1024, 256, 256), (512, 256, 256, 128), (300, 301, 255, 256), (100, 60, 100, 60), (256, 256, 256, 256), (2000, 3, 256, 1),
        ]
        for (width, height, expectedWidth, expectedHeight) in cases {
            let file = try Thumbnail.jpeg(try TestPictures.grey(width, height) { column, row in Double((column + row) % 256) })
            #expect(file.starts(with: [0xFF, 0xD8, 0xFF]) && file.suffix(2) == [0xFF, 0xD9])
            let size = try #require(Self.size(file))
            #expect(size == (expectedWidth, expectedHeight))
        }
    }

    @Test func `areas are averaged in linear light`() throws {
        let checker = try TestPictures.grey(512, 512) { column, row in (column + row).isMultiple(of: 2) ? 0 : 255 }
        let small = try Thumbnail.averaged(checker, width: 256, height: 256)
        // Half the light of white is 188, not 128.
        #expect(small.pixels.allSatisfy { $0 == 188 })
    }

    @Test func `fractions of pixels count by their area`() throws {
        // Three columns into two: each takes one and a half.
        let picture = try Picture(width: 3, height: 1, pixels: [255, 255, 255, 0, 0, 0, 255, 0, 0])
        let small = try Thumbnail.averaged(picture, width: 2, height: 1)
        let twoThirds = Luminance.encoded(2.0 / 3)
        #expect(small.pixels == [twoThirds, twoThirds, twoThirds, twoThirds, 0, 0])
    }

    @Test func `flat colours keep their value`() throws {
        let colour: [UInt8] = [13, 200, 97]
        let picture = try Picture(width: 301, height: 97, pixels: (0..<301 * 97).flatMap { _ in colour })
        let small = try Thumbnail.averaged(picture, width: 256, height: 82)
        #expect(small.pixels == (0..<256 * 82).flatMap { _ in colour })
    }

    @Test func `a better quality takes more bytes, and bytes do not change from run to run`() throws {
        let picture = try PNGFileTests.picture(300, 200)
        #expect(try Thumbnail.jpeg(picture) == Thumbnail.jpeg(picture))
        #expect(try Thumbnail.jpeg(picture, quality: 30).count < Thumbnail.jpeg(picture).count)
    }

    @Test func `what libjpeg refuses is an error`() throws {
        let long = try Picture(width: 70_000, height: 1, pixels: Array(repeating: 0, count: 210_000))
        let error = #expect(throws: GalleryError.self) { try Thumbnail.jpeg(long, side: 70_000) }
        guard case .thumbnailFailed(let message)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains("65500"), "\(message)")
    }

    /// Sides from the frame header.
    private static func size(_ file: [UInt8]) -> (Int, Int)? {
        var offset = 2
        while offset + 9 < file.count, file[offset] == 0xFF {
            let length = Int(file[offset + 2]) << 8 | Int(file[offset + 3])
            if file[offset + 1] == 0xC0 {
                return (
                    Int(file[offset + 7]) << 8 | Int(file[offset + 8]), Int(file[offset + 5]) << 8 | Int(file[offset + 6])
                )
            }
            offset += 2 + length
        }
        return nil
    }
}
