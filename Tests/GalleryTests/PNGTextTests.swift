import CPNG
import TestFixtures
import Testing

@testable import Gallery

struct PNGTextTests {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func chunk(_ type: String, _ data: [UInt8], checksum: UInt32? = nil) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(checksum ?? sluice_png_crc(body, body.count))
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// A file of the header, the given chunks and the end; a reader of text does not miss the pixels.
    static func file(_ chunks: [UInt8]...) -> [UInt8] {
        signature + chunk("IHDR", bigEndian(1) + bigEndian(1) + [8, 2, 0, 0, 0]) + chunks.joined() + chunk("IEND", [])
    }

    /// A zlib stream of stored blocks, as compressors write what does not shrink (RFC 1950, 1951).
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes { (a, b) = ((a + UInt32(byte)) % 65521, (b + a + UInt32(byte)) % 65521) }
        let length = UInt16(bytes.count)
        let sizes = [length, ~length].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        return [0x78, 0x01, 1] + sizes + bytes + bigEndian(b << 16 | a)
    }

    @Test func `text is read plain and deflated, in Latin-1 and UTF-8, before and after the pixels`() throws {
        let file = Self.file(
            Self.chunk("tEXt", Array("plain\0caf".utf8) + [0xE9]),
            Self.chunk("zTXt", Array("deflated\0\0".utf8) + Self.stored([0x68, 0xFF])),
            Self.chunk("IDAT", [1, 2, 3], checksum: 0), Self.chunk("iTXt", Array("unicode\0\0\0zh\0键\0猫🐈".utf8)),
            Self.chunk("iTXt", Array("both\0\u{1}\0\0\0".utf8) + Self.stored(Array("猫".utf8))), Self.chunk("tEXt", Array("empty\0".utf8)),
            Self.chunk("tEXt", Array("plain\0again".utf8)))
        #expect(try PNGText.read(file) == ["plain": "again", "deflated": "hÿ", "unicode": "猫🐈", "both": "猫", "empty": ""])
    }

    @Test func `bytes after the end chunk do not matter`() throws {
        #expect(try PNGText.read(Self.file(Self.chunk("tEXt", Array("a\0b".utf8))) + [1, 2, 3]) == ["a": "b"])
    }

    @Test func `a broken structure is refused`() {
        let header = Array(Self.file()[..<33])
        let cases: [([UInt8], PNGFault)] = [
            ([], .noSignature), (Self.signature, .truncated(offset: 8)), (header, .truncated(offset: 33)),
            (Self.signature + Self.chunk("IEND", []), .noHeader),
            (Self.signature + Self.chunk("IHDR", [1]) + Self.chunk("IEND", []), .noHeader),
            (header + Self.bigEndian(.max) + Array("tEXt0000".utf8), .truncated(offset: 33)),
            (header + Self.bigEndian(1) + Array("tEXt0000".utf8), .truncated(offset: 33)),
            (Self.file(Self.chunk("tEXt", Array("a\0b".utf8), checksum: 7)), .wrongChecksum(chunk: "tEXt", offset: 33)),
            (Self.file(Self.chunk("tEXt", Array("ab".utf8))), .invalidKeyword(chunk: "tEXt", offset: 33)),
            (Self.file(Self.chunk("tEXt", Array("\0b".utf8))), .invalidKeyword(chunk: "tEXt", offset: 33)),
            (Self.file(Self.chunk("iTXt", [])), .invalidKeyword(chunk: "iTXt", offset: 33)),
            (
                Self.file(Self.chunk("zTXt", Array(repeating: 0x61, count: 80) + [0, 0])), .invalidKeyword(chunk: "zTXt", offset: 33)
            ),
            (Self.file(Self.chunk("zTXt", Array("a\0".utf8))), .invalidText(keyword: "a", reason: "unknown compression")),
            (Self.file(Self.chunk("zTXt", Array("a\0\u{1}".utf8))), .invalidText(keyword: "a", reason: "unknown compression")),
            (Self.file(Self.chunk("iTXt", Array("a\0\u{2}\0\0\0".utf8))), .invalidText(keyword: "a", reason: "unknown compression")),
            (Self.file(Self.chunk("iTXt", Array("a\0\0\0en".utf8))), .invalidText(keyword: "a", reason: "no text after its language")),
            (Self.file(Self.chunk("iTXt", Array("a\0\0\0\0\0".utf8) + [0xC3])), .invalidText(keyword: "a", reason: "not UTF-8")),
        ]
        for (file, fault) in cases { #expect(throws: fault) { try PNGText.read(file) } }
    }

    @Test func `broken and endless compression is refused within its limit`() {
        let reason = "invalid or truncated zlib stream"
        for stream in [[], [0x78], [1, 2, 3], Array(Self.stored([1, 2]).dropLast()), Self.stored([1, 2]) + [0]] {
            #expect(throws: PNGFault.invalidText(keyword: "a", reason: reason)) {
                try PNGText.read(Self.file(Self.chunk("zTXt", Array("a\0\0".utf8) + stream)))
            }
        }
        // A run of zeros: one literal, then copies of 258 bytes at distance 1 in fixed Huffman codes, a thousandth of what they make.
        #expect(throws: PNGFault.invalidText(keyword: "a", reason: "inflates beyond the limit")) {
            try PNGText.read(Self.file(Self.chunk("zTXt", Array("a\0\0".utf8) + Self.bomb(copies: 5000))))
        }
        #expect(throws: PNGFault.invalidText(keyword: "a", reason: "inflates beyond the limit")) {
            try PNGText.read(Self.file(Self.chunk("iTXt", Array("a\0\u{1}\0\0\0".utf8) + Self.bomb(copies: 500_000))))
        }
    }

    /// A stream of `258 * copies` zeros after the first, without its checksum.
    private static func bomb(copies: Int) -> [UInt8] {
        var bits: [UInt8] = []
        func put(_ code: Int, _ count: Int) { for bit in (0..<count).reversed() { bits.append(UInt8(code >> bit & 1)) } }
        // Last block, fixed codes (the type's bits come lowest first), literal 0.
        bits += [1, 1, 0]
        put(0b0011_0000, 8)
        for _ in 0..<copies {
            put(0b1100_0101, 8)
            put(0, 5)
        }
        let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<min(start + 8, bits.count)].enumerated().reduce(UInt8(0)) { $0 | $1.element << UInt8($1.offset) }
        }
        return [0x78, 0x01] + bytes
    }

    @Test func `mutated files are refused or read within the limits`() throws {
        var mutator = Mutator.fromEnvironment()
        let bodies: [(String, [UInt8])] = [
            ("tEXt", Array("parameters\0a cat\nSteps: 1, Seed: 2, Size: 3x4".utf8)),
            ("zTXt", Array("a\0\0".utf8) + Self.stored([1, 2, 3])),
            ("iTXt", Array("a\0\0\0zh\0\0猫".utf8)), ("iTXt", Array("a\0\u{1}\0\0\0".utf8) + Self.stored(Array("猫".utf8))),
        ]
        var accepted = 0
        for round in Mutator.rounds(10_000) {
            let (type, body) = bodies[round % bodies.count]
            // Half the time the chunk's data, with an honest checksum, so that the rest is looked at; else the file itself.
            let isHonest = Bool.random(using: &mutator)
            let fragments = ["\0", "\0\0", "IEND", "IHDR", "tEXt", "\u{78}\u{1}", "é"]
            let chunk = Self.chunk(type, isHonest ? mutator.mutated(body, fragments: fragments) : body)
            let file = isHonest ? Self.file(chunk) : mutator.mutated(Self.file(chunk), fragments: fragments)
            if let texts = try? PNGText.read(file) {
                accepted += 1
                #expect(texts.values.allSatisfy { $0.utf8.count <= 2 * PNGText.inflatedByteLimit }, "seed \(mutator.seed), round \(round)")
                for text in texts.values { _ = PictureMetadata(parameters: text) }
            }
            // Pixels are missing or broken: libpng must say so and return. It may take memory for a large picture first, so not every time.
            if round.isMultiple(of: 8) {
                #expect(throws: PNGFault.self, "seed \(mutator.seed), round \(round)") { try PNGFile.decode(file) }
            }
        }
        #expect(accepted > 100, "seed \(mutator.seed)")
    }
}
