import FoundationEssentials

/// JSON as the studio writes it: one line, keys in order, UTF-8 as it is.
public enum WireFormat {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// One object with the members of two, which have some each and none in common.
    static func merged(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
        first.dropLast() + [UInt8(ascii: ",")] + second.dropFirst()
    }
}
