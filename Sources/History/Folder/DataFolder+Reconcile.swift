import Gallery

/// What a server found and did when it started.
public struct Reconciliation: Equatable, Sendable {
    /// Jobs that ran when the last server ended.
    public var lostJobs: [JobRecord] = []
    /// Pictures whose file was in place and whose row was not.
    public var adopted: [Int64] = []
    /// Files that no row wants, by name; moved to `aside/`.
    public var setAside: [String] = []
    /// Pictures whose file is gone or has another size, and those whose file is back.
    public var missing: [Int64] = []
    public var found: [Int64] = []
    /// Files that workers had not finished.
    public var unstaged: [String] = []
}

extension DataFolder {
    /// Makes database and files agree after any kind of end. For a server that just started, before it has a worker.
    ///
    /// - Parameter grace: how old a file without a row must be to be set aside, unless another attempt's picture is in its place; nothing is
    ///   ever deleted but what is in `staging/`.
    @concurrent public func reconcile(
        with store: any JobStore & HistoryStore, grace: Duration = .seconds(3600), at now: Timestamp = .now
    ) async throws -> Reconciliation {
        var result = Reconciliation()
        result.lostJobs = try await store.loseRunning()
        let files = try root.files(below: "images")
        let rows = try await store.blobs()
        try await markMissing(rows, files, in: store, &result)
        let known = Set(rows.map(\.blob))
        for (name, entry) in files where !known.contains(name) {
            switch try await adopt(orphan: name, into: store) {
            case .adopted(let id): result.adopted.append(id)
            case .unwanted where entry.modifiedAt > now - grace.milliseconds: continue
            case .unwanted, .replaced:
                try setAside(name)
                result.setAside.append(name)
            }
        }
        result.unstaged = try root.names(in: "staging")
        for name in result.unstaged { try root.remove("staging/" + name) }
        // An adopted picture may have ended its job.
        result.lostJobs = try await refreshed(result.lostJobs, in: store)
        return result
    }

    private func markMissing(
        _ rows: [StoredBlob], _ files: [(name: String, entry: RootFolder.Entry)], in store: any HistoryStore,
        _ result: inout Reconciliation
    ) async throws {
        let sizes = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.entry.byteCount) })
        for row in rows {
            let isThere = sizes[row.blob] == row.byteCount
            if !isThere, !row.missing { result.missing.append(row.id) }
            if isThere, row.missing { result.found.append(row.id) }
        }
        try await store.setMissing(result.missing, true)
        try await store.setMissing(result.found, false)
    }

    private enum Orphan {
        /// A crash came between the file's move and its row's commit.
        case adopted(Int64)
        /// The commit failed, and a later attempt drew the picture again.
        case replaced
        case unwanted
    }

    /// Makes a file part of the history if it says itself that it is.
    private func adopt(orphan name: String, into store: any HistoryStore) async throws -> Orphan {
        let file = "images/" + name
        let bytes = try root.read(file)
        guard let texts = try? PNGFile.texts(of: bytes), let record = PictureRecord(texts: texts) else { return .unwanted }
        let image = NewImage(record: record, sha256: SHA256.hexadecimal(of: bytes), byteCount: bytes.count)
        switch try await insert(image, from: file, attempt: nil, into: store) {
        case .stored(let row, _): return .adopted(row.id)
        case .alreadyThere(let row): return row.sha256 == image.sha256 ? .unwanted : .replaced
        case .refused: return .unwanted
        }
    }

    private func setAside(_ name: String) throws {
        var free = "aside/" + name
        var copy = 1
        while try root.entry(free) != nil {
            free = "aside/\(name).\(copy)"
            copy += 1
        }
        try root.rename("images/" + name, to: free)
    }

    private func refreshed(_ jobs: [JobRecord], in store: any JobStore) async throws -> [JobRecord] {
        var refreshed: [JobRecord] = []
        for job in jobs { refreshed.append(try await store.job(job.id)) }
        return refreshed
    }
}
