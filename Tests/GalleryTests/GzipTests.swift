import CPNG
import Testing

@testable import Gallery

@Suite struct GzipTests {
    @Test(arguments: ["", "a", String(repeating: "studio ", count: 1000), "图片"])
    func aFileHoldsWhatWasCompressed(text: String) throws {
        let bytes = Array(text.utf8)
        let file = try #require(Gzip.compressed(bytes))
        // Without name, comment and extra fields the header has ten bytes; checksum and size follow the deflated bytes.
        #expect(file.prefix(4) == [0x1F, 0x8B, 8, 0])
        let trailer = file.suffix(8)
        #expect(little32(trailer.prefix(4)) == Gzip.checksum(bytes))
        #expect(little32(trailer.suffix(4)) == UInt32(bytes.count))
        // The same deflated bytes as a zlib stream: another header, and Adler's checksum.
        let zlib = [0x78, 0xDA] + file.dropFirst(10).dropLast(8) + adler32(bytes)
        #expect(try PNGCodec.inflate(zlib[...], limit: 1 << 20) == bytes)
    }

    @Test func theChecksumIsTheStandardOne() {
        #expect(Gzip.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(Gzip.checksum([]) == 0)
    }

    private func little32(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }

    private func adler32(_ bytes: [UInt8]) -> [UInt8] {
        let (a, b) = bytes.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let a = (sums.0 + UInt32(byte)) % 65521
            return (a, (sums.1 + a) % 65521)
        }
        return [UInt8(b >> 8), UInt8(b & 0xFF), UInt8(a >> 8), UInt8(a & 0xFF)]
    }
}
