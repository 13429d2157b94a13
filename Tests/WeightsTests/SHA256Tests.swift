import Testing
import Weights

struct SHA256Tests {
    /// FIPS 180-4's examples, and lengths around a block's end by OpenSSL.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 63), "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ])
    func `digests are those of the standard`(text: String, expected: String) {
        #expect(SHA256.digest(of: Array(text.utf8)) == expected)
    }

    @Test func `pieces have the digest of the whole`() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let seed = UInt64.random(in: 0 ... .max)
        var state = seed
        for _ in 0..<50 {
            var digest = SHA256()
            var rest = bytes[...]
            while !rest.isEmpty {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let count = min(rest.count, Int(state >> 57))
                digest.update(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(digest.finish() == SHA256.digest(of: bytes), "seed \(seed)")
        }
    }
}
