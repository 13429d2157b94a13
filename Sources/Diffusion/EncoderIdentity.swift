import FoundationEssentials
import Glibc
import SystemPackage
import Tensors
import Weights

/// Tells the text encoders of a model, as one engine of one build runs them, apart from all others.
///
/// Digested are: configurations and tokenizers, whole; of each weight file its start, where its header lies, 64 samples spread over it, its
/// size, and when it and its inode changed last; the compute type; what the engine says of itself; size and times of the program. No program
/// can choose when an inode changed, so weights that were changed in place are others even where no sampled byte shows it. Copies of a
/// folder are others too: encoding once more is cheaper than a wrong picture.
struct EncoderIdentity: Equatable {
    let digest: String
    private static let startByteCount = 128 << 10
    private static let sampleCount = 64
    private static let sampleByteCount = 4096

    /// - Throws: `Errno` of a file that cannot be read.
    init(_ model: FluxModel, on backend: any Backend) throws {
        var digest = SHA256()
        func add(_ facts: Any...) { digest.update(Array(facts.map { "\($0)\n" }.joined().utf8)) }
        func add(_ file: FilePath, _ ranges: (Int) -> [Range<Int>]) throws {
            let (status, pieces) = try Self.read(file, ranges)
            add(file.lastComponent ?? "", status.st_size)
            for piece in pieces { digest.update(piece) }
        }
        func addTimes(of file: FilePath) throws {
            let status = try Self.read(file) { _ in [] }.status
            add(status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
        }
        let path = model.folder.path
        add("sluice encoders 1", model.computeType, backend.name, backend)
        try addTimes(of: "/proc/self/exe")
        for folder in ["tokenizer", "tokenizer_2"].map({ path.appending($0) }) {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted() {
                try add(folder.appending(name)) { [0..<$0] }
            }
        }
        for component in [FluxComponent.clip, .t5] {
            try add(path.appending(component.folder).appending("config.json")) { [0..<$0] }
            for file in model.stores[component.rawValue].files {
                try addTimes(of: file)
                try add(file, Self.samples)
            }
        }
        self.digest = digest.finish()
    }

    private static func samples(of size: Int) -> [Range<Int>] {
        let last = max(0, size - sampleByteCount)
        return [0..<min(size, startByteCount)]
            + (0..<sampleCount).map { i in
                let start = last / (sampleCount - 1) * i
                return start..<min(size, start + sampleByteCount)
            } + [last..<size]
    }

    /// What the kernel says of a file, and ranges of its bytes.
    private static func read(_ file: FilePath, _ ranges: (Int) -> [Range<Int>]) throws -> (status: stat, pieces: [[UInt8]]) {
        let descriptor = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec, .nonBlocking])
        defer { _ = Glibc.close(descriptor.rawValue) }
        var status = stat()
        if fstat(descriptor.rawValue, &status) != 0 { throw Errno(rawValue: errno) }
        if status.st_mode & S_IFMT != S_IFREG { return (status, []) }
        let pieces = try ranges(Int(status.st_size)).map { range in
            try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
                count = try descriptor.read(fromAbsoluteOffset: Int64(range.lowerBound), into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        return (status, pieces)
    }
}
