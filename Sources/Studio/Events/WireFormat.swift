import FoundationEssentials

/// JSON as the studio writes it: one line, keys in order, UTF-8 as it is.
public enum WireFormat {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
