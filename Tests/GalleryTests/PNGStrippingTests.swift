import SystemPackage
import TestFixtures
import Testing

@testable import Gallery

struct PNGStrippingTests {
    @Test func `a stripped file has the same pixels and says nothing`() throws {
        let folder = try TemporaryFolder()
        let picture = try PNGFileTests.picture(33, 21)
        try PNGFile.write(picture, metadata: PNGFileTests.metadata, to: folder.path.appending("a.png"))
        try PNGFile.write(picture, metadata: nil, to: folder.path.appending("b.png"))
        let stripped = try PNGFile.stripped(folder.contents("a.png"))
        #expect(try PNGFile.texts(of: stripped).isEmpty)
        #expect(try PNGFile.decode(stripped) == picture)
        #expect(try stripped == folder.contents("b.png"))
    }

    @Test func `texts, EXIF data and time go, everything else stays byte for byte`() throws {
        let kept = [
            PNGTextTests.chunk("gAMA", [0, 0, 1, 2]), PNGTextTests.chunk("IDAT", [1, 2, 3], checksum: 0), PNGTextTests.chunk("IDAT", []),
        ]
        let told = ["tEXt", "zTXt", "iTXt", "eXIf", "tIME"].map { PNGTextTests.chunk($0, Array("a\0b".utf8)) }
        let file = PNGTextTests.file(told[0], kept[0], told[1], told[3], kept[1], kept[2], told[2], told[4])
        #expect(try PNGFile.stripped(file + [7, 7]) == PNGTextTests.file(kept[0], kept[1], kept[2]))
    }

    @Test func `files that are not made of chunks are refused`() {
        #expect(throws: PNGFault.noSignature) { try PNGFile.stripped([1, 2, 3]) }
        #expect(throws: PNGFault.noHeader) { try PNGFile.stripped(PNGChunks.signature + PNGTextTests.chunk("IEND", [])) }
        let file = PNGTextTests.file(PNGTextTests.chunk("tEXt", Array("a\0b".utf8)))
        for count in 0..<file.count { #expect(throws: PNGFault.self) { try PNGFile.stripped(Array(file[..<count])) } }
    }
}
