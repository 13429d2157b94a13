import TestFixtures
import Testing

@testable import Gallery

struct EXIFCommentTests {
    /// A TIFF structure of one directory with a pointer to a second, which holds the comment.
    static func exif(_ comment: [UInt8], little: Bool) -> [UInt8] {
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return little ? bytes : bytes.reversed()
        }
        func directory(_ tag: Int, _ type: Int, _ count: Int, _ value: Int) -> [UInt8] {
            number(1, 2) + number(tag, 2) + number(type, 2) + number(count, 4) + number(value, 4) + number(0, 4)
        }
        let start = Array((little ? "II" : "MM").utf8) + number(42, 2) + number(8, 4)
        return start + directory(0x8769, 4, 1, 26) + directory(0x9286, 7, comment.count, 44) + comment
    }

    static func utf16(_ text: String, little: Bool) -> [UInt8] {
        text.utf16.flatMap { little ? [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    static func jpeg(_ exif: [UInt8]) -> [UInt8] {
        let data = Array("Exif\0\0".utf8) + exif
        let frame: [UInt8] = [0xFF, 0xC0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0]
        return [0xFF, 0xD8, 0xFF, 0xE1, UInt8((data.count + 2) >> 8), UInt8(truncatingIfNeeded: data.count + 2)] + data + frame
            + [0xFF, 0xFF, 0xDA, 0, 2, 9, 9, 0xFF, 0xD9]
    }

    static func webp(_ exif: [UInt8], high: UInt8 = 0) -> [UInt8] {
        func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
            Array(name.utf8) + (0..<4).map { UInt8(truncatingIfNeeded: data.count >> (8 * $0)) } + data + (data.count % 2 == 1 ? [0] : [])
        }
        let body =
            Array("WEBP".utf8) + chunk("VP8X", [8, 0, 0, 0, 1, 0, high, 1, 0, high]) + chunk("XMP ", [1]) + chunk("EXIF", exif)
        return Array("RIFF".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) } + body
    }

    private static let texts = ["a cat\nSteps: 1, Seed: 2, Size: 3x4", "猫\nSteps: 1", "🐈", "\u{FEFF}猫", "ÿ\u{1F98A}é", "猫猫猫"]

    @Test(arguments: texts, [true, false]) func `UTF-16 of either order is read in a file of either order`(text: String, little: Bool)
        throws
    {
        for tiffIsLittle in text.contains(where: \.isASCII) ? [true, false] : [little] {
            let exif = Self.exif(Array("UNICODE\0".utf8) + Self.utf16(text, little: little), little: tiffIsLittle)
            let expected = text.replacing("\u{FEFF}", with: "")
            #expect(EXIFComment.read(exif[...]) == expected)
            for file in [Self.jpeg(exif), Self.webp(exif), Self.webp(Array("Exif\0\0".utf8) + exif)] {
                #expect(try PictureFileTexts.read(file) == ["parameters": expected])
            }
        }
    }

    @Test func `a byte order mark decides`() {
        for little in [true, false] {
            let comment = Array("UNICODE\0".utf8) + Self.utf16("\u{FEFF}猫", little: little)
            #expect(EXIFComment.read(Self.exif(comment, little: !little)[...]) == "猫")
        }
    }

    @Test func `eight-bit comments are read with and without their code`() {
        for code in ["ASCII\0\0\0", "\0\0\0\0\0\0\0\0", ""] {
            #expect(EXIFComment.read(Self.exif(Array((code + "a猫\nSteps: 1").utf8), little: true)[...]) == "a猫\nSteps: 1")
        }
        // Four bytes stand in the entry itself.
        var short = Self.exif([], little: false)
        short.replaceSubrange(32..<40, with: [0, 0, 0, 3] + Array("abc\0".utf8))
        #expect(EXIFComment.read(short[...]) == "abc")
    }

    @Test func `broken structures say nothing`() {
        let whole = Self.exif(Array("UNICODE\0".utf8) + Self.utf16("abc", little: true), little: true)
        for count in 0..<whole.count { #expect(EXIFComment.read(whole[..<count]) == nil, "\(count)") }
        for broken in [
            [], Array("II".utf8), Array("XX*\0\u{8}\0\0\0".utf8), Array("II+\0\u{8}\0\0\0".utf8), [0x49, 0x49, 42, 0, 255, 255, 255, 255],
        ] {
            #expect(EXIFComment.read(broken[...]) == nil)
        }
        // A directory that points at itself.
        #expect(EXIFComment.read(Self.exif([], little: true)[...]) == nil)
    }

    @Test func `truncated containers and too many pixels are refused`() throws {
        let exif = Self.exif(Array("ASCII\0\0\0abc".utf8), little: true)
        let jpeg = Self.jpeg(exif)
        for count in 3..<jpeg.count - 8 {
            let fault = #expect(throws: PictureFileFault.self) { try PictureFileTexts.read(Array(jpeg[..<count])) }
            if case .truncated(.jpeg, _)? = fault { continue }
            Issue.record("\(String(describing: fault))")
        }
        #expect(throws: PictureFileFault.tooManyPixels(width: 0xFF_0002, height: 0xFF_0002, limit: 89_478_485)) {
            try PictureFileTexts.read(Self.webp(exif, high: 255))
        }
        var webp = Self.webp(exif)
        webp.removeLast(2)
        #expect(throws: PictureFileFault.truncated(format: .webp, offset: 40)) { try PictureFileTexts.read(webp) }
    }

    @Test func `mutated files of every format are refused or read, never a trap`() throws {
        var mutator = Mutator.fromEnvironment()
        let golden = try [
            "forge.png", "chinese-compressed.png", "comfy-flux.png", "comfy-passes.png", "comfy-workflow.png", "invoke.png", "swarm.png",
            "chinese-big-endian.webp", "swarm-little-endian.webp", "chinese-little-endian.jpg", "forge-big-endian.jpg",
        ].map(GoldenFiles.bytes)
        let fragments = ["\0", "\0\0", "Exif\0\0", "UNICODE\0", "EXIF", "VP8X", "\u{7F}\u{7F}", "II", "MM", "{", "[", "\"", "NaN"]
        var read = 0
        for round in Mutator.rounds(4000) {
            let file = mutator.mutated(golden[round % golden.count], fragments: fragments)
            if let found = try? PictureSettings(readingFrom: file), found.seed.map({ $0 <= PictureSettings.largestSeed }) != false {
                read += 1
            }
        }
        #expect(read > 100, "seed \(mutator.seed)")
    }

    @Test func `mutated texts of every program are read, never a trap`() throws {
        var mutator = Mutator.fromEnvironment()
        let texts = try ["forge.png", "comfy-flux.png", "comfy-passes.png", "comfy-workflow.png", "invoke.png", "swarm.png"].flatMap {
            name in
            try PNGFile.texts(of: GoldenFiles.bytes(name)).map { ($0.key, Array($0.value.utf8)) }
        }
        let fragments = [
            "[\"3\",0]", "[\"13\",0]", "{}", "[]", "null", "-1", "1e999", "18446744073709551615", "\"\"", "inputs", ",", ":", "\\u0000",
            "NaN",
        ]
        var read = 0
        for round in Mutator.rounds(4000) {
            let (keyword, text) = texts[round % texts.count]
            let mutated = mutator.mutated(text, fragments: fragments)
            let chunk = PNGTextTests.chunk("iTXt", Array("\(keyword)\0\0\0\0\0".utf8) + mutated)
            if (try? PictureSettings(readingFrom: PNGTextTests.file(chunk))) ?? nil != nil { read += 1 }
        }
        #expect(read > 100, "seed \(mutator.seed)")
    }
}
