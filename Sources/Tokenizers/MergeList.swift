internal import StrictJSON
internal import SystemPackage

/// The merges of a byte-pair encoding in the order of their ranks, as texts.
struct MergeList {
    private let file: FilePath
    /// The two symbols of all merges, one after the other.
    private var texts: [UInt8] = []
    /// Where each left and each right symbol ends in `texts`, and the line or the number of the merge in its file.
    private var ends: [(left: Int, right: Int, line: Int)] = []

    init(file: FilePath) {
        self.file = file
    }

    /// Reads one merge per line; lines that begin with `#version` do not count.
    ///
    /// - Throws: `TokenizerError.notUTF8` or `.malformedMerge`.
    init(lines file: TokenizerFile) throws(TokenizerError) {
        try file.validateUTF8()
        self.init(file: file.path)
        var lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let version = Array("#version".utf8)
        for (index, line) in lines.enumerated() where !line.starts(with: version) {
            try append(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, line: index + 1)
        }
    }

    /// Reads a list of merges, each a text of two symbols or a list of two texts.
    ///
    /// - Throws: `TokenizerError.malformedJSON` or `.malformedMerge`.
    init(_ reader: inout JSONReader<TokenizerError>, file: FilePath) throws(TokenizerError) {
        self.init(file: file)
        var text: [UInt8] = []
        try reader.openArray()
        while try reader.nextElement() {
            if reader.peek() == UInt8(ascii: "\"") {
                try reader.readString(into: &text)
                try append(text[...], line: ends.count + 1)
                continue
            }
            var right: [UInt8] = []
            try reader.openArray()
            guard try reader.nextElement() else { throw reader.expected("two symbols") }
            try reader.readString(into: &text)
            guard try reader.nextElement() else { throw reader.expected("two symbols") }
            try reader.readString(into: &right)
            guard try !reader.nextElement() else { throw reader.expected("two symbols only") }
            append(left: text[...], right: right[...], line: ends.count + 1)
        }
    }

    private mutating func append(_ text: ArraySlice<UInt8>, line: Int) throws(TokenizerError) {
        let space = UInt8(ascii: " ")
        guard let gap = text.firstIndex(of: space), !text[(gap + 1)...].contains(space) else {
            throw .malformedMerge(file: file, line: line, text: String(decoding: text, as: UTF8.self))
        }
        append(left: text[..<gap], right: text[(gap + 1)...], line: line)
    }

    private mutating func append(left: ArraySlice<UInt8>, right: ArraySlice<UInt8>, line: Int) {
        texts += left
        texts += right
        ends.append((texts.count - right.count, texts.count, line))
    }

    /// The merges over the ids of a vocabulary, which must have both symbols and what they make.
    ///
    /// - Throws: `TokenizerError.unknownMergeSymbol`.
    func merges(ids: PieceTable) throws(TokenizerError) -> BytePairMerges {
        var merges = BytePairMerges(capacity: ends.count)
        var start = 0
        for (rank, end) in ends.enumerated() {
            func id(_ symbol: Range<Int>) throws(TokenizerError) -> Int32 {
                guard let id = ids[texts[symbol]] else {
                    throw .unknownMergeSymbol(file: file, line: end.line, symbol: String(decoding: texts[symbol], as: UTF8.self))
                }
                return id
            }
            merges.add(
                left: try id(start..<end.left), right: try id(end.left..<end.right), merged: try id(start..<end.right), rank: rank)
            start = end.right
        }
        return merges
    }
}
