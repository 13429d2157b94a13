public import StrictJSON

/// One way in which a safetensors file breaks its format.
public enum SafetensorsFault: Error, Equatable, Sendable {
    /// Shorter than the length field.
    case noHeader(fileByteCount: Int)
    /// The length field asks for more than the file has or the format allows.
    case headerLength(stated: UInt64, available: Int, limit: Int)
    case notAnObject(firstByte: UInt8?)
    case json(JSONFault)
    /// `__metadata__` maps strings to strings; `key` is `nil` if it is no map at all.
    case invalidMetadata(key: String?)
    /// Missing, or not of the field's kind: dtype a string, shape and data_offsets non-negative integers.
    case invalidField(tensor: String, field: String)
    case unknownField(tensor: String, field: String)
    case unknownType(tensor: String, found: String)
    case offsetsOutside(tensor: String, begin: Int, end: Int, dataByteCount: Int)
    case sizeOverflow(tensor: String, type: SafetensorsType, shape: [Int])
    case wrongByteCount(tensor: String, type: SafetensorsType, shape: [Int], expected: Int, found: Int)
    case gap(beforeTensor: String, byteCount: Int)
    case overlap(tensor: String, byteCount: Int)
    case trailingBytes(byteCount: Int)
}

/// Everything wrong with one file's header; never empty.
struct SafetensorsFaults: Error, Equatable {
    let faults: [SafetensorsFault]

    init(_ faults: [SafetensorsFault]) {
        self.faults = faults
    }
}

extension SafetensorsFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noHeader(let count): "\(count) bytes are too few for a safetensors file (truncated download?)"
        case .headerLength(let stated, let available, let limit):
            "header length is \(stated) bytes, expected at most \(min(available, limit)) (truncated download, or not a safetensors file?)"
        case .notAnObject: "header does not start with \"{\""
        case .json(let fault): "header: \(fault)"
        case .invalidMetadata(let key): "__metadata__\(key.map { " entry " + $0.quoted } ?? "") is not a map of strings"
        case .invalidField(let tensor, let field): "\(tensor.quoted): \(field) is missing or invalid"
        case .unknownField(let tensor, let field): "\(tensor.quoted): unknown field \(field.quoted)"
        case .unknownType(let tensor, let found): "\(tensor.quoted): unknown dtype \(found.quoted)"
        case .offsetsOutside(let tensor, let begin, let end, let count):
            "\(tensor.quoted): data_offsets [\(begin), \(end)] do not lie in the \(count) bytes of data (truncated download?)"
        case .sizeOverflow(let tensor, let type, let shape): "\(tensor.quoted): \(type.rawValue) \(shape) is no possible size"
        case .wrongByteCount(let tensor, let type, let shape, let expected, let found):
            "\(tensor.quoted): \(type.rawValue) \(shape) takes \(expected) bytes, found \(found)"
        case .gap(let tensor, let count): "\(tensor.quoted): \(count) bytes before it belong to no tensor"
        case .overlap(let tensor, let count): "\(tensor.quoted): overlaps the tensor before it by \(count) bytes"
        case .trailingBytes(let count): "\(count) bytes after the last tensor belong to none"
        }
    }
}
