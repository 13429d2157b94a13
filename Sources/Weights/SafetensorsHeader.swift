import StrictJSON

/// The table of contents of a safetensors file: 8 bytes of little-endian length, that many bytes of JSON, then the tensors' bytes.
///
/// A header that was accepted describes its file completely: every byte after it belongs to exactly one tensor.
/// Format: https://github.com/huggingface/safetensors, section "Format".
struct SafetensorsHeader: Sendable {
    /// One tensor of the file.
    struct Entry: Equatable, Sendable {
        let name: String
        let type: SafetensorsType
        let shape: [Int]
        /// Bytes from the start of the file.
        let bytes: Range<Int>
    }

    /// The format's own bound on the JSON.
    static let byteLimit = 100_000_000
    private static let prefixByteCount = 8
    static let metadataKey = "__metadata__"
    let entries: [Entry]
    /// Texts about the file.
    let metadata: [String: String]

    /// Reads and checks the header of a file of `fileByteCount` bytes; `read` copies a range of them.
    init(fileByteCount: Int, read: (Range<Int>) -> [UInt8]) throws(SafetensorsFaults) {
        let prefix = Self.prefixByteCount
        guard fileByteCount >= prefix else { throw SafetensorsFaults([.noHeader(fileByteCount: fileByteCount)]) }
        let stated = read(0..<prefix).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let available = fileByteCount - prefix
        guard stated <= UInt64(min(available, Self.byteLimit)) else {
            throw SafetensorsFaults([.headerLength(stated: stated, available: available, limit: Self.byteLimit)])
        }
        let start = prefix + Int(stated)
        try self.init(json: read(prefix..<start), dataStart: start, dataByteCount: fileByteCount - start)
    }

    private init(json: [UInt8], dataStart: Int, dataByteCount: Int) throws(SafetensorsFaults) {
        let members: [JSONValue.Member]
        do {
            // The format wants the brace first, with no white space before it.
            guard json.first == UInt8(ascii: "{") else { throw SafetensorsFault.notAnObject(firstByte: json.first) }
            members = try JSONValue(parsing: json).members ?? []
        } catch let fault as JSONFault {
            throw SafetensorsFaults([.json(fault)])
        } catch {
            throw SafetensorsFaults([.notAnObject(firstByte: json.first)])
        }
        var entries: [Entry] = []
        var metadata: [String: String] = [:]
        var faults: [SafetensorsFault] = []
        for member in members {
            do throws(SafetensorsFault) {
                if member.key == Self.metadataKey {
                    metadata = try Self.metadata(member.value)
                } else {
                    entries.append(try Self.entry(member.key, member.value, dataStart: dataStart, dataByteCount: dataByteCount))
                }
            } catch {
                faults.append(error)
            }
        }
        // Where single entries are wrong already, gaps between them say nothing more.
        if faults.isEmpty { faults = Self.layoutFaults(entries, data: dataStart..<dataStart + dataByteCount) }
        if !faults.isEmpty { throw SafetensorsFaults(faults) }
        self.entries = entries
        self.metadata = metadata
    }

    private static func metadata(_ value: JSONValue) throws(SafetensorsFault) -> [String: String] {
        guard let members = value.members else { throw .invalidMetadata(key: nil) }
        var texts: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else { throw .invalidMetadata(key: member.key) }
            texts[member.key] = text
        }
        return texts
    }

    private static func entry(
        _ name: String, _ value: JSONValue, dataStart: Int, dataByteCount: Int
    ) throws(SafetensorsFault) -> Entry {
        let fields = ["dtype", "shape", "data_offsets"]
        if let unknown = value.members?.first(where: { !fields.contains($0.key) }) {
            throw .unknownField(tensor: name, field: unknown.key)
        }
        guard let typeName = value["dtype"]?.string else { throw .invalidField(tensor: name, field: "dtype") }
        guard let type = SafetensorsType(rawValue: typeName) else { throw .unknownType(tensor: name, found: typeName) }
        let shape = try integers(value["shape"], name, "shape")
        let offsets = try integers(value["data_offsets"], name, "data_offsets")
        guard offsets.count == 2 else { throw .invalidField(tensor: name, field: "data_offsets") }
        guard offsets[0] <= offsets[1], offsets[1] <= dataByteCount else {
            throw .offsetsOutside(tensor: name, begin: offsets[0], end: offsets[1], dataByteCount: dataByteCount)
        }
        guard let expected = type.byteCount(of: shape) else { throw .sizeOverflow(tensor: name, type: type, shape: shape) }
        guard expected == offsets[1] - offsets[0] else {
            throw .wrongByteCount(tensor: name, type: type, shape: shape, expected: expected, found: offsets[1] - offsets[0])
        }
        return Entry(name: name, type: type, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
    }

    private static func integers(_ value: JSONValue?, _ tensor: String, _ field: String) throws(SafetensorsFault) -> [Int] {
        guard let elements = value?.array else { throw .invalidField(tensor: tensor, field: field) }
        let integers = elements.compactMap(\.integer).filter { $0 >= 0 }
        guard integers.count == elements.count else { throw .invalidField(tensor: tensor, field: field) }
        return integers
    }

    /// Gaps, overlaps and left-over bytes: any of them means that header and data do not belong together.
    private static func layoutFaults(_ entries: [Entry], data: Range<Int>) -> [SafetensorsFault] {
        var faults: [SafetensorsFault] = []
        var end = data.lowerBound
        for entry in entries.sorted(by: { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }) {
            if entry.bytes.lowerBound > end {
                faults.append(.gap(beforeTensor: entry.name, byteCount: entry.bytes.lowerBound - end))
            } else if entry.bytes.lowerBound < end {
                faults.append(.overlap(tensor: entry.name, byteCount: end - entry.bytes.lowerBound))
            }
            end = max(end, entry.bytes.upperBound)
        }
        if end < data.upperBound { faults.append(.trailingBytes(byteCount: data.upperBound - end)) }
        return faults
    }
}
