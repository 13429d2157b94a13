import FoundationEssentials
import Gallery
import History
import HistoryFixtures
import SystemPackage
import TestFixtures
import Testing

/// A data folder with its store, and a worker that stages pictures.
struct OpenFolder {
    private let parent: TemporaryFolder?
    let folder: DataFolder
    let store: SQLiteStore
    let clock = Clock()

    init() throws {
        let parent = try TemporaryFolder()
        try self.init(at: parent.path.appending("data"), in: parent)
    }

    /// `parent` is kept as long as this is; a caller that keeps it leaves it out.
    init(at path: FilePath, in parent: TemporaryFolder? = nil) throws {
        self.parent = parent
        folder = try DataFolder(at: path)
        store = try folder.openStore { [clock] in clock.now }
    }

    /// What a worker reports of a picture that it wrote.
    struct Staged {
        let name, sha256: String
        let byteCount: Int
        let record: PictureRecord
    }

    func claim(count: Int = 1) async throws -> (JobRecord, Attempt) {
        _ = try await store.submit(.sample(count: count))
        let job = try #require(try await store.claim(worker: "w", lease: .seconds(30)))
        return (job, try #require(job.currentAttempt))
    }

    func stage(_ job: JobRecord, _ attempt: Attempt, ordinal: Int = 0, seed: UInt64 = 42) throws -> Staged {
        let record = try PictureRecord.sample(job, ordinal: ordinal, database: store.databaseID, seed: seed)
        return try stage(record, DataFolder.stagedName(attempt, ordinal: ordinal))
    }

    func stage(_ record: PictureRecord, _ name: String) throws -> Staged {
        let file = folder.stagingPath.appending(name)
        let picture = try Picture(width: 4, height: 2, pixels: (0..<24).map { UInt8(truncatingIfNeeded: record.metadata.seed + $0) })
        try PNGFile.write(picture, texts: record.texts, to: file)
        let bytes = try Array(Data(contentsOf: URL(filePath: file.string)))
        return Staged(name: name, sha256: SHA256.hexadecimal(of: bytes), byteCount: bytes.count, record: record)
    }

    func adopt(_ staged: Staged, _ attempt: Attempt) async throws -> Insertion {
        try await folder.adopt(staged: staged.name, attempt: attempt, sha256: staged.sha256, byteCount: staged.byteCount, into: store)
    }

    /// Draws one picture of a job of its own.
    @discardableResult
    func picture(seed: UInt64 = 42) async throws -> ImageRecord {
        let (job, attempt) = try await claim()
        guard case .stored(let image, _) = try await adopt(stage(job, attempt, seed: seed), attempt) else { throw NotStored() }
        return image
    }

    struct NotStored: Error {}

    /// Files below a folder of the data folder, by name.
    func files(_ name: String) throws -> [String] {
        let path = folder.path.appending(name).string
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.contains(".") }.sorted()
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
        let path = folder.path.appending(name)
        try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path.string))
    }
}
