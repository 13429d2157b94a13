public import SystemPackage

extension DataFolder {
    public static let backupLimit = 7

    /// Copies the database into `backup/` unless today's copy is there, and removes all but the newest; returns the new copy.
    @concurrent public func backUp(_ store: SQLiteStore, at now: Timestamp = .now) async throws -> FilePath? {
        let name = "backup/sluice-\(now.date).sqlite"
        guard try root.entry(name) == nil else { return nil }
        let part = "backup/new.part"
        try root.remove(part)
        try await store.copy(to: path.appending(part))
        try root.flush(part)
        try root.rename(part, to: name)
        let copies = try root.names(in: "backup").filter { $0.hasPrefix("sluice-") && $0.hasSuffix(".sqlite") }
        for copy in copies.dropLast(Self.backupLimit) { try root.remove("backup/" + copy) }
        return path.appending(name)
    }
}
