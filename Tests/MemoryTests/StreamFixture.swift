import Glibc
import Memory
import Testing

/// A file of reproducible bytes, a ring, and chunks in the file.
final class StreamFixture {
    let path: String
    let bytes: [UInt8]
    private let ring: UnsafeMutableRawBufferPointer

    init(byteCount: Int, ringByteCount: Int = 16 << 20, using generator: inout SeededGenerator) throws {
        var template = Array("/tmp/sluice-stream-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        var bytes = [UInt8](repeating: 0, count: byteCount)
        for index in bytes.indices where index % 61 < 8 { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
        self.bytes = bytes
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        ring = .allocate(byteCount: ringByteCount, alignment: 4096)
        try #require(written == byteCount)
    }

    deinit {
        unlink(path)
        ring.deallocate()
    }

    /// Chunks of one to three random extents.
    func chunks(count: Int, file: StreamFile, limit: Int = 40_000, using generator: inout SeededGenerator) -> [StreamChunk] {
        (0..<count).map { _ in
            StreamChunk(
                (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                    let size = Int.random(in: 0...limit, using: &generator)
                    return StreamExtent(file: file, offset: .random(in: 0...bytes.count - size, using: &generator), byteCount: size)
                })
        }
    }

    func streamer(
        _ chunks: [StreamChunk], uses: [[Int]], extraByteCount: Int = 0, readers: Int = 2, pieceByteCount: Int = 8192
    ) throws -> (RingStreamer, RingSchedule) {
        let sizes = chunks.map(\.slotByteCount)
        let minimum = RingSchedule.minimumRingByteCount(chunkByteCounts: sizes, uses: uses)
        let schedule = try RingSchedule(chunkByteCounts: sizes, uses: uses, ringByteCount: minimum + extraByteCount)
        let streamer = RingStreamer(
            schedule: schedule, chunks: chunks, ring: ring, readerCount: readers, pieceByteCount: pieceByteCount)
        return (streamer, schedule)
    }

    /// Goes through a run and compares all that arrives with the file.
    /// - Returns: whether all was as in the file.
    func run(
        _ streamer: RingStreamer, _ schedule: RingSchedule, _ chunks: [StreamChunk], uses: Range<Int>? = nil,
        during: (Int) -> Void = { _ in }
    ) throws -> Bool {
        var isEqual = true
        for use in uses ?? schedule.uses.indices {
            try streamer.withUse(use) {
                during(use)
                for (index, fill) in schedule.uses[use].enumerated() {
                    for (extent, source) in chunks[schedule.fills[fill].chunk].extents.enumerated() {
                        let found = streamer.bytes(use: use, chunk: index, extent: extent)
                        let expected = bytes[source.offset..<source.offset + source.byteCount]
                        isEqual = isEqual && found.elementsEqual(expected)
                    }
                }
            }
        }
        return isEqual
    }
}
