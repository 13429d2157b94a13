import Glibc
public import SystemPackage

/// Everything a server keeps, in one folder that it alone holds:
/// `sluice.sqlite`, `lock`, `staging/`, `images/2026/11/<id>-<sha8>.png`, `thumbs/<sha2>/<sha>-256.jpg`, `backup/`, `aside/`,
/// and the worker's `preview-<model>.json`.
///
/// Files are reached by what the store knows of them, under a root opened once, without following links.
public final class DataFolder: Sendable {
    public let path: FilePath
    let root: RootFolder
    private let lock: FolderLock

    /// Opens the folder, or makes it, and holds it until this object goes or the process ends.
    /// - Throws: `HistoryError.locked` while another server holds it.
    public init(at path: FilePath) throws(HistoryError) {
        self.path = path
        root = try RootFolder(path)
        lock = try root.lock("lock")
        for folder in ["staging", "images", "thumbs", "backup"] { try root.makeFolder(folder) }
    }

    /// Where a worker puts its pictures, each as `stagedName(_:ordinal:)`.
    public var stagingPath: FilePath { path.appending("staging") }

    public static func stagedName(_ attempt: Attempt, ordinal: Int) -> String {
        "\(attempt.job)-\(attempt.number)-\(ordinal).png"
    }

    static let database = "sluice.sqlite"

    /// The database of this folder, made anew if there are no pictures either.
    /// - Throws: `HistoryError.databaseMissing`, or what opening it throws.
    public func openStore(now: @escaping @Sendable () -> Timestamp = { .now }) throws -> SQLiteStore {
        let file = path.appending(Self.database)
        if try root.entry(Self.database) == nil, try !root.files(below: "images").isEmpty { throw HistoryError.databaseMissing(path: file) }
        return try SQLiteStore(at: file, now: now)
    }

    /// A picture's file as it was written, open for reading.
    /// - Throws: `HistoryError.imageFileMissing`, `.file`.
    public func open(_ image: ImageRecord) throws(HistoryError) -> FileDescriptor {
        try existing(image) { name throws(HistoryError) in try root.openFile(name) }
    }

    /// A picture's file as it was written.
    /// - Throws: `HistoryError.imageFileMissing`, `.file`.
    public func bytes(of image: ImageRecord) throws(HistoryError) -> [UInt8] {
        try existing(image) { name throws(HistoryError) in try root.read(name) }
    }

    private func existing<R>(_ image: ImageRecord, _ body: (String) throws(HistoryError) -> R) throws(HistoryError) -> R {
        do throws(HistoryError) {
            return try body("images/" + image.blob)
        } catch .file(_, _, ENOENT) {
            throw .imageFileMissing(image.id)
        }
    }

    public func freeByteCount() throws(HistoryError) -> Int {
        try root.freeByteCount()
    }

    /// - Throws: `HistoryError.diskFull` below `minimum` bytes.
    public func checkFreeSpace(minimum: Int = 1 << 30) throws(HistoryError) {
        let free = try freeByteCount()
        if free < minimum { throw .diskFull(freeBytes: free, minimumBytes: minimum) }
    }
}
