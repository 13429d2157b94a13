/// Which pictures are asked for. Conditions add up.
public struct ImageQuery: Equatable, Sendable {
    /// Every word must occur in the prompt, whatever its case and width.
    public var text: String
    public var starredOnly: Bool
    public var seed: UInt64?
    /// The trash instead of the history.
    public var trashed: Bool
    public var steps = Bounds<Int>()
    public var guidance = Bounds<Double>()
    public var width: Int?
    public var height: Int?
    public var createdAt = Bounds<Timestamp>()

    public init(text: String = "", starredOnly: Bool = false, seed: UInt64? = nil, trashed: Bool = false) {
        self.text = text
        self.starredOnly = starredOnly
        self.seed = seed
        self.trashed = trashed
    }
}

/// What lies between two values, themselves included; an end that is absent is open.
public struct Bounds<Value: Comparable & Sendable>: Equatable, Sendable {
    public var low: Value?
    public var high: Value?

    public init(from low: Value? = nil, to high: Value? = nil) {
        self.low = low
        self.high = high
    }

    package func contains(_ value: Value) -> Bool { low.map { $0 <= value } ?? true && high.map { value <= $0 } ?? true }
}

/// One page, newest first.
public struct ImagePage: Equatable, Sendable {
    public var images: [ImageRecord]
    /// Where the next page starts; `nil` on the last one.
    public var next: PageCursor?

    /// The page of at most `limit` of the images found, of which there may be one more.
    package init(_ found: [ImageRecord], limit: Int) {
        images = Array(found.prefix(limit))
        next = found.count > limit ? images.last.map { PageCursor($0) } : nil
    }
}

/// The picture after which a page starts, opaque to clients.
public struct PageCursor: Equatable, Sendable, LosslessStringConvertible {
    let createdAt: Timestamp
    let id: Int64

    package init(_ image: ImageRecord) {
        createdAt = image.createdAt
        id = image.id
    }

    public init?(_ description: String) {
        let parts = description.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let createdAt = Timestamp(parts[0]), let id = Int64(parts[1]) else { return nil }
        self.createdAt = createdAt
        self.id = id
    }

    public var description: String { "\(createdAt).\(id)" }

    package func isFollowed(by image: ImageRecord) -> Bool {
        (image.createdAt, image.id) < (createdAt, id)
    }
}

/// What became of a picture that was offered to the store.
public enum Insertion: Equatable, Sendable {
    /// Stored; `job` has ended if this was its last picture.
    case stored(ImageRecord, job: JobRecord)
    /// The job has a picture of this ordinal.
    case alreadyThere(ImageRecord)
    /// The attempt no longer holds the job, or the job does not want the picture: nothing was done.
    case refused
}

/// Pictures. Every driver passes one contract suite.
/// - Throws: `HistoryError` everywhere.
public protocol HistoryStore: Sendable {
    static var pageLimit: Int { get }

    /// Tells the pictures of this database from those of others.
    var databaseID: String { get }

    /// Greater after every change of pictures or jobs than before it.
    var revision: Int { get async }

    /// Stores a picture and ends its job if it was the last, in one transaction.
    ///
    /// `place` puts the file where its name says and makes that durable; it runs after every check and before the commit, so there is
    /// never a row without a file. If it throws, nothing was stored.
    /// - Parameter attempt: the attempt that must hold the job; `nil` to adopt a picture that a crash left without a row, which is
    ///   refused for cancelled jobs.
    func insert(_ image: NewImage, attempt: Attempt?, place: @escaping @Sendable (_ blob: String) throws -> Void) async throws -> Insertion

    /// Newest first by time, then id; at most `pageLimit`, without histograms. No part of it slows down with the depth of the page.
    func images(_ query: ImageQuery, after cursor: PageCursor?, limit: Int) async throws -> ImagePage

    /// - Throws: `HistoryError.imageNotFound`.
    func image(_ id: Int64) async throws -> ImageRecord

    /// The engine's report with the memory curve; `nil` if the picture came without.
    /// - Throws: `HistoryError.imageNotFound`.
    func report(_ id: Int64) async throws -> JSONText?

    /// The newest picture whose file has this digest.
    func image(sha256: String) async throws -> ImageRecord?

    /// - Throws: `HistoryError.imageNotFound`.
    func setStarred(_ id: Int64, _ starred: Bool) async throws -> ImageRecord

    /// Puts a picture into the trash; one that is there stays as it is.
    /// - Throws: `HistoryError.imageNotFound`.
    func trash(_ id: Int64) async throws -> ImageRecord

    /// - Throws: `HistoryError.imageNotFound`.
    func restore(_ id: Int64) async throws -> ImageRecord

    /// Pictures that were put into the trash at `time` or before.
    func trashed(before time: Timestamp) async throws -> [ImageRecord]

    /// Forgets a picture after `remove` took its files, in one transaction, so that nothing can restore it in between.
    ///
    /// - Parameter time: leaves alone, and returns false for, what was not put into the trash at this time or before; `nil` spares nothing.
    /// - Throws: `HistoryError.imageNotFound`; what `remove` throws, and then the row stays.
    func purge(
        _ id: Int64, ifTrashedBefore time: Timestamp?, remove: @escaping @Sendable (ImageRecord) throws -> Void
    ) async throws -> Bool

    /// Every picture's file, for comparing with the folder.
    func blobs() async throws -> [StoredBlob]

    /// Marks whether these pictures' files are gone; ids without a row are passed over.
    func setMissing(_ ids: [Int64], _ missing: Bool) async throws

    func imageTotals() async throws -> ImageTotals
}

/// A picture's file as its row knows it.
public struct StoredBlob: Equatable, Sendable {
    public let id: Int64
    /// Name below images/.
    public let blob: String
    public let byteCount: Int
    public let missing: Bool

    package init(id: Int64, blob: String, byteCount: Int, missing: Bool) {
        self.id = id
        self.blob = blob
        self.byteCount = byteCount
        self.missing = missing
    }
}

public struct ImageTotals: Equatable, Sendable {
    public var count: Int
    public var starred: Int
    public var trashed: Int
    public var byteCount: Int

    package init(count: Int, starred: Int, trashed: Int, byteCount: Int) {
        self.count = count
        self.starred = starred
        self.trashed = trashed
        self.byteCount = byteCount
    }
}

extension HistoryStore {
    public static var pageLimit: Int { 60 }
}
