extension DataFolder {
    /// How long pictures stay in the trash.
    public static let trashLifetime = Duration.seconds(30 * 24 * 3600)

    /// Removes a picture for good: its files, then its row, so that an interruption leaves a row to purge again and nothing comes back.
    public func purge(_ id: Int64, from store: any HistoryStore) async throws {
        _ = try await purge(id, from: store, ifTrashedBefore: nil)
    }

    /// Purges what went into the trash `lifetime` ago or before; returns its ids.
    public func purgeTrash(
        of store: any HistoryStore, olderThan lifetime: Duration = trashLifetime, at now: Timestamp = .now
    ) async throws -> [Int64] {
        let due = now - lifetime.milliseconds
        var purged: [Int64] = []
        for image in try await store.trashed(before: due) {
            if try await purge(image.id, from: store, ifTrashedBefore: due) { purged.append(image.id) }
        }
        return purged
    }

    private func purge(_ id: Int64, from store: any HistoryStore, ifTrashedBefore time: Timestamp?) async throws -> Bool {
        try await store.purge(id, ifTrashedBefore: time) { [root] image in
            try root.remove(Self.thumbnailName(image.sha256))
            try root.remove("images/" + image.blob)
        }
    }
}
