import ArgumentParser

/// A number of bytes as people write them: "22.3GiB", "8GB", "512 MiB", "2000000".
struct ByteCount {
    let value: Int

    /// - Throws: `ValidationError` that says what would work.
    init(parsing text: String) throws {
        guard let count = ByteCount(text) else { throw ValidationError("expected a size such as 8GiB, 22.3GB or 900MiB") }
        self = count
    }

    private init?(_ argument: String) {
        let units: [(suffix: String, factor: Double)] = [
            ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
            ("B", 1),
        ]
        let unit = units.first { argument.lowercased().hasSuffix($0.suffix.lowercased()) }
        let digits = argument.dropLast(unit?.suffix.count ?? 0)
        guard let number = Double(digits.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed().map(String.init).joined()) else {
            return nil
        }
        let bytes = number * (unit?.factor ?? 1)
        guard bytes >= 1, bytes < 0x1p62 else { return nil }
        value = Int(bytes)
    }
}
