import Gallery
import SystemPackage

/// What a database made from pictures alone holds.
public struct Rebuild: Equatable, Sendable {
    public var images = 0
    public var jobs = 0
    /// Files that say nothing of their drawing, by name; they stay where they are.
    public var unreadable: [String] = []
}

extension DataFolder {
    /// Makes the database again from the pictures, and puts it in the place of the old one, which goes to `backup/`.
    ///
    /// Stars, trash and jobs without pictures are lost by it. No store of this folder may be open.
    @concurrent public func rebuildDatabase(at now: Timestamp = .now) async throws -> Rebuild {
        let fresh = "rebuild.sqlite"
        for suffix in ["", "-wal", "-shm"] { try root.remove(fresh + suffix) }
        var rebuild = Rebuild()
        let store = try SQLiteStore(at: path.appending(fresh))
        // Whatever is lost of it before its end is begun anew.
        try await store.setDurable(false)
        var origins: [(image: Int64, record: PictureRecord)] = []
        for name in try inOrderOfID(root.files(below: "images").map(\.name)) {
            let bytes = try root.read("images/" + name)
            guard let texts = try? PNGFile.texts(of: bytes), var record = PictureRecord(texts: texts) else {
                rebuild.unreadable.append(name)
                continue
            }
            let image = NewImage(record: record, sha256: SHA256.hexadecimal(of: bytes), byteCount: bytes.count)
            let id = try await store.insert(image, id: Self.id(of: name), blob: name)
            // Tens of kilobytes each.
            (record.report, record.metrics) = (nil, nil)
            origins.append((id, record))
        }
        rebuild.images = origins.count
        rebuild.jobs = try await store.adoptJobs(of: origins)
        try store.close()
        try root.flush(fresh)
        try replaceDatabase(with: fresh, at: now)
        return rebuild
    }

    /// Files whose name says no id, or one that another says, come last, so that they take none that a file is named after.
    private func inOrderOfID(_ names: [String]) -> [String] {
        var taken: Set<Int64> = []
        let (named, others) = names.reduce(into: ([(Int64, String)](), [String]())) { result, name in
            if let id = Self.id(of: name), taken.insert(id).inserted { result.0.append((id, name)) } else { result.1.append(name) }
        }
        return named.sorted { $0 < $1 }.map(\.1) + others
    }

    private static func id(of name: String) -> Int64? {
        name.split(separator: "/").last?.split(separator: "-").first.flatMap { Int64($0) }
    }

    /// The old database is in `backup/` under its second name before the new one takes its first, so there always is one.
    private func replaceDatabase(with fresh: String, at now: Timestamp) throws {
        let old = "backup/replaced-\(now)"
        if try root.entry(Self.database) != nil { try root.link(Self.database, to: old + ".sqlite") }
        if try root.entry(Self.database + "-wal") != nil { try root.rename(Self.database + "-wal", to: old + ".sqlite-wal") }
        try root.remove(Self.database + "-shm")
        try root.rename(fresh, to: Self.database)
    }
}
