extension DataFolder {
    /// How long pictures stay in the trash.
    public static let trashLifetime = Duration.seconds(30 * 24 * 3600)

    /// Removes a picture for good: its files, then its row, so that an interruption leaves a row to purge again and nothing comes back.
    public func purge(_ image: ImageRecord, from store: any HistoryStore) async throws {
        try root.remove(Self.thumbnailName(image.sha256))
        try root.remove("images/" + image.blob)
        try await store.removeRow(image.id)
    }

    /// Purges what went into the trash `lifetime` ago or before; returns its ids.
    public func purgeTrash(
        of store: any HistoryStore, olderThan lifetime: Duration = trashLifetime, at now: Timestamp = .now
    ) async throws -> [Int64] {
        let images = try await store.trashed(before: now - lifetime.milliseconds)
        for image in images { try await purge(image, from: store) }
        return images.map(\.id)
    }
}
