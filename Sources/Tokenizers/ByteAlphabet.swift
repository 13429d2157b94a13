/// The letters that byte-level byte-pair encoding writes bytes with.
///
/// Printable bytes stand for the code point of the same value; the other 68, in ascending order, for U+0100 and following
/// (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", released code).
enum ByteAlphabet {
    /// The letter of each byte.
    static let letters: [Unicode.Scalar] = {
        var next: UInt16 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            if (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174 { return Unicode.Scalar(byte) }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? Unicode.Scalar(byte)
        }
    }()

    /// Marks the last letter of a word.
    static let wordEnd = "</w>"
}
